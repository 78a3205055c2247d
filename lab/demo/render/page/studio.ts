// A photo studio in the browser: a seamless sweep, the light of light.ts, and a camera that
// averages many slightly different passes into one clean picture.
import * as THREE from 'three'
import { LIGHTS_PER_PASS, halton, lightsOfPass, makeEnvironment, patchShaders } from './light.ts'

const QUAD_VERTEX = 'varying vec2 vUv; void main(){ vUv = uv;'
  + ' gl_Position = vec4(position.xy, 0.0, 1.0); }'

const averageMaterial = () => new THREE.ShaderMaterial({
  uniforms: { pass: { value: null }, weight: { value: 1 } },
  vertexShader: QUAD_VERTEX,
  fragmentShader: 'varying vec2 vUv; uniform sampler2D pass; uniform float weight;'
    + ' void main(){'
    + ' gl_FragColor = vec4(min(texture2D(pass, vUv).rgb, vec3(12.0)) * weight, 1.0); }',
  depthTest: false, depthWrite: false, transparent: true,
  blending: THREE.CustomBlending, blendEquation: THREE.AddEquation,
  blendSrc: THREE.OneFactor, blendDst: THREE.OneFactor,
})

const developMaterial = () => new THREE.ShaderMaterial({
  uniforms: { pass: { value: null }, exposure: { value: 1 } },
  vertexShader: QUAD_VERTEX,
  fragmentShader: `varying vec2 vUv; uniform sampler2D pass; uniform float exposure;
    vec3 neutral(vec3 c) {
      float start = 0.76; float x = min(c.r, min(c.g, c.b));
      float offset = x < 0.08 ? x - 6.25 * x * x : 0.04;
      c -= offset;
      float peak = max(c.r, max(c.g, c.b));
      if (peak < start) return c;
      float d = 1.0 - start; float p = 1.0 - d * d / (peak + d - start);
      c *= p / peak;
      float g = 1.0 - 1.0 / (0.15 * (peak - p) + 1.0);
      return mix(c, vec3(p), g);
    }
    float grain(vec2 p) { return fract(sin(dot(p, vec2(12.9898, 78.233))) * 43758.5453) - 0.5; }
    void main(){
      vec3 c = neutral(max(texture2D(pass, vUv).rgb * exposure, 0.0));
      c = mix(c * 12.92, 1.055 * pow(c, vec3(0.41666)) - 0.055, step(0.0031308, c));
      gl_FragColor = vec4(c + grain(gl_FragCoord.xy) / 255.0, 1.0);
    }`,
  depthTest: false, depthWrite: false,
})

/** The sweep: floor, a wide curve, wall. One surface, so no line shows where they meet. */
export const makeSweep = (color) => {
  const profile = [[14, 0], [-2.6, 0]]
  for (let i = 1; i <= 24; i += 1) {
    const a = (i / 24) * Math.PI / 2
    profile.push([-2.6 - 3 * Math.sin(a), 3 - 3 * Math.cos(a)])
  }
  profile.push([-5.6, 16])
  const [positions, colors, indices] = [[], [], []]
  const across = 24
  for (const [z, y] of profile) {
    for (let i = 0; i <= across; i += 1) {
      const x = (i / across - 0.5) * 36
      positions.push(x, y, z)
      const fall = Math.exp(-((x / 7.5) ** 2)) * Math.exp(-((Math.max(0, y - 1.2) / 5.5) ** 2))
      const shade = 0.62 + 0.38 * fall * Math.exp(-((Math.max(0, z - 1.5) / 6) ** 2))
      colors.push(shade, shade, shade)
    }
  }
  const row = across + 1
  for (let i = 0; i < profile.length - 1; i += 1) {
    for (let j = 0; j < across; j += 1) {
      const k = i * row + j
      indices.push(k, k + 1, k + row, k + 1, k + row + 1, k + row)
    }
  }
  const geometry = new THREE.BufferGeometry()
  geometry.setAttribute('position', new THREE.Float32BufferAttribute(positions, 3))
  geometry.setAttribute('color', new THREE.Float32BufferAttribute(colors, 3))
  geometry.setIndex(indices)
  geometry.computeVertexNormals()
  const material = new THREE.MeshLambertMaterial({
    color: new THREE.Color(color).multiplyScalar(0.84), vertexColors: true, side: THREE.DoubleSide,
  })
  const mesh = new THREE.Mesh(geometry, material)
  mesh.receiveShadow = true
  mesh.name = 'sweep'
  return mesh
}

const makeLamps = (scene, mapSize) => {
  const lamps = []
  for (let i = 0; i < LIGHTS_PER_PASS; i += 1) {
    const lamp = new THREE.DirectionalLight(0xffffff, 1)
    lamp.castShadow = true
    lamp.shadow.mapSize.set(mapSize, mapSize)
    Object.assign(lamp.shadow.camera, { left: -2, right: 2, top: 2, bottom: -2, near: 4.4,
      far: 9.6 })
    lamp.shadow.bias = -0.0005
    lamp.shadow.normalBias = 0.0018
    scene.add(lamp, lamp.target)
    lamps.push(lamp)
  }
  return lamps
}

/** Sizes a model to a bounding ball of radius 1 standing on the floor. */
export const standOnFloor = (model) => {
  const holder = new THREE.Group()
  holder.add(model)
  holder.updateMatrixWorld(true)
  const box = new THREE.Box3().setFromObject(holder, true)
  const ball = box.getBoundingSphere(new THREE.Sphere())
  const scale = 1 / ball.radius
  model.scale.multiplyScalar(scale)
  const middle = box.getCenter(new THREE.Vector3())
  model.position.sub(new THREE.Vector3(middle.x, box.min.y, middle.z)).multiplyScalar(scale)
  holder.updateMatrixWorld(true)
  model.traverse((part) => {
    if (!part.isMesh) return
    part.castShadow = part.userData.noShadow !== true
    part.receiveShadow = true
  })
  return holder
}

const cornersOf = (model) => {
  const points = []
  const v = new THREE.Vector3()
  model.updateMatrixWorld(true)
  model.traverse((part) => {
    if (!part.isMesh) return
    const position = part.geometry.attributes.position
    const step = Math.max(1, Math.floor(position.count / 400))
    for (let i = 0; i < position.count; i += step) {
      points.push(v.fromBufferAttribute(position, i).applyMatrix4(part.matrixWorld).clone())
    }
  })
  return points
}

/** A camera from a given side that holds the whole model with the wanted margin around it. */
export const frameModel = (model, view, aspect) => {
  const camera = new THREE.PerspectiveCamera(view.fov ?? 22, aspect, 0.1, 80)
  const points = cornersOf(model)
  const az = (view.azimuth ?? 0) * Math.PI / 180
  const el = (view.elevation ?? 12) * Math.PI / 180
  const towards = new THREE.Vector3(
    Math.sin(az) * Math.cos(el), Math.sin(el), Math.cos(az) * Math.cos(el))
  const target = new THREE.Vector3(0, 0.6, 0)
  let distance = 9
  const half = Math.tan(camera.fov * Math.PI / 360) * (view.fill ?? 0.82)
  for (let round = 0; round < 14; round += 1) {
    camera.position.copy(target).addScaledVector(towards, distance)
    camera.lookAt(target)
    camera.updateMatrixWorld(true)
    const inverse = camera.matrixWorldInverse.copy(camera.matrixWorld).invert()
    let [left, right, low, high] = [9, -9, 9, -9]
    for (const p of points) {
      const q = p.clone().applyMatrix4(inverse)
      const [x, y] = [q.x / -q.z / aspect, q.y / -q.z]
      left = Math.min(left, x); right = Math.max(right, x)
      low = Math.min(low, y); high = Math.max(high, y)
    }
    const axisX = new THREE.Vector3().setFromMatrixColumn(camera.matrixWorld, 0)
    const axisY = new THREE.Vector3().setFromMatrixColumn(camera.matrixWorld, 1)
    target.addScaledVector(axisX, (left + right) / 2 * distance * aspect * 0.8)
    target.addScaledVector(axisY, (low + high) / 2 * distance * 0.8)
    distance *= 1 + 0.7 * (Math.max(right - left, high - low) / 2 / half - 1)
  }
  if (view.shift) {
    const axisY = new THREE.Vector3().setFromMatrixColumn(camera.matrixWorld, 1)
    camera.position.addScaledVector(axisY, view.shift)
  }
  camera.updateMatrixWorld(true)
  return camera
}

const jitter = (camera, width, height, pass, region) => {
  const [u, v] = halton(pass + 3)
  const [r, a] = [Math.sqrt(u) * 0.8, v * 6.2832]
  const part = region ?? { x: 0, y: 0, fullWidth: width, fullHeight: height }
  camera.setViewOffset(part.fullWidth, part.fullHeight,
    part.x + r * Math.cos(a), part.y + r * Math.sin(a), width, height)
}

const makeDarkroom = (renderer) => {
  const quad = new THREE.Mesh(new THREE.PlaneGeometry(2, 2), averageMaterial())
  const scene = new THREE.Scene()
  scene.add(quad)
  const eye = new THREE.Camera()
  const [average, develop] = [quad.material, developMaterial()]
  let [one, sum] = [null, null]
  const resize = (width, height) => {
    if (one?.width === width && one.height === height) return
    one?.dispose()
    sum?.dispose()
    one = new THREE.WebGLRenderTarget(width, height, { type: THREE.HalfFloatType })
    sum = new THREE.WebGLRenderTarget(width, height, {
      type: THREE.FloatType, depthBuffer: false, minFilter: THREE.NearestFilter,
      magFilter: THREE.NearestFilter,
    })
  }
  const draw = (material, source, target) => {
    quad.material = material
    material.uniforms.pass.value = source
    renderer.setRenderTarget(target)
    renderer.render(scene, eye)
  }
  return { resize, draw, average, develop, one: () => one, sum: () => sum }
}

export const makeStudio = async (canvas, options) => {
  patchShaders()
  const renderer = new THREE.WebGLRenderer({ canvas, antialias: false,
    preserveDrawingBuffer: true })
  renderer.shadowMap.enabled = true
  renderer.shadowMap.type = THREE.BasicShadowMap
  renderer.toneMapping = THREE.NoToneMapping
  renderer.autoClear = false
  const tint = new THREE.Color(options.tint ?? 0xfbf7f0)
  const environment = await makeEnvironment(renderer, options.hdri, tint)
  const darkroom = makeDarkroom(renderer)
  const scene = new THREE.Scene()
  scene.environment = environment
  scene.environmentIntensity = 0.85
  const lamps = makeLamps(scene, options.shadowSize ?? 1280)

  const aimLamps = (pass, passes, settings) => {
    const center = settings.shadowCenter ?? new THREE.Vector3(0, 0.75, 0)
    lightsOfPass(pass, passes).forEach((light, i) => {
      const lamp = lamps[i]
      lamp.color.set(light.color)
      lamp.intensity = light.power * (settings.lightPower ?? 1)
      lamp.target.position.copy(center)
      lamp.position.copy(center).addScaledVector(light.at, 7)
      lamp.target.updateMatrixWorld()
      const reach = settings.shadowReach ?? 1.9
      const view = lamp.shadow.camera
      if (view.right !== reach) {
        Object.assign(view, { left: -reach, right: reach, top: reach, bottom: -reach })
        view.updateProjectionMatrix()
      }
    })
  }

  const shoot = (camera, width, height, settings = {}) => {
    const passes = settings.passes ?? 16
    renderer.setPixelRatio(1)
    renderer.setSize(width, height, false)
    darkroom.resize(width, height)
    renderer.setClearColor(0x000000, 0)
    renderer.setRenderTarget(darkroom.sum())
    renderer.clear()
    darkroom.average.uniforms.weight.value = 1 / passes
    for (let pass = 0; pass < passes; pass += 1) {
      const lit = settings.lightPasses ?? passes
      aimLamps(pass % lit, lit, settings)
      jitter(camera, width, height, pass, settings.region)
      renderer.setRenderTarget(darkroom.one())
      renderer.clear()
      renderer.render(scene, camera)
      darkroom.draw(darkroom.average, darkroom.one().texture, darkroom.sum())
    }
    camera.clearViewOffset()
    darkroom.develop.uniforms.exposure.value = settings.exposure ?? 1
    darkroom.draw(darkroom.develop, darkroom.sum().texture, null)
  }
  return { scene, shoot, renderer, environment }
}
