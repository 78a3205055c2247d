// The light of the studio: what is seen in reflections (an HDRI with two softboxes) and what
// falls on things (many small shadowed lights, averaged into soft shadows and true contact).
import * as THREE from 'three'
import { EXRLoader } from 'three/addons/loaders/EXRLoader.js'

export const LIGHTS_PER_PASS = 4

const replaceOnce = (chunk, from, to) => {
  const text = THREE.ShaderChunk[chunk]
  if (!text.includes(from)) throw new Error(`three.js changed: no "${from}" in ${chunk}`)
  THREE.ShaderChunk[chunk] = text.replace(from, to)
}

/**
 * The small lights would show as dots in every gloss, so they light only diffusely; gloss comes
 * from the environment, dimmed where the small lights are hidden, which is what occlusion is.
 */
export const patchShaders = () => {
  replaceOnce('lights_physical_pars_fragment',
    'reflectedLight.directSpecular += irradiance * specularBRDF '
    + '* material.multiScatteringCompensation;',
    '')
  replaceOnce('lights_physical_pars_fragment',
    'clearcoatSpecularDirect += ccIrradiance * BRDF_GGX_Clearcoat( directLight.direction, '
    + 'geometryViewDir, geometryClearcoatNormal, material );', '')
  replaceOnce('lights_fragment_begin', 'IncidentLight directLight;',
    'IncidentLight directLight; float openSum = 0.0; float openCount = 0.0; float seen = 1.0;')
  const text = THREE.ShaderChunk.lights_fragment_begin
  const line = new RegExp('directLight\\.color \\*= '
    + '\\( directLight\\.visible && receiveShadow \\) \\? '
    + '(getShadow\\( directionalShadowMap[^;]*) : 1\\.0;')
  if (!line.test(text)) throw new Error('three.js changed: directional shadow line')
  THREE.ShaderChunk.lights_fragment_begin = text.replace(line,
    'seen = ( directLight.visible && receiveShadow ) ? $1 : 1.0; directLight.color *= seen; '
    + 'openSum += dot( geometryNormal, directLight.direction ) > 0.0 ? seen : 0.75; '
    + 'openCount += 1.0;')
  const maps = 'lights_fragment_maps'
  const open = '( openCount > 0.0 ? openSum / openCount : 1.0 )'
  replaceOnce(maps, 'iblIrradiance += getIBLIrradiance( geometryNormal );',
    `iblIrradiance += 0.30 * ${open} * getIBLIrradiance( geometryNormal );`)
  replaceOnce(maps, 'radiance += iblRadiance;',
    `radiance += iblRadiance * mix( 0.25, 1.0, ${open} );`)
}

const panel = (width, height, strength, position) => {
  const material = new THREE.MeshBasicMaterial({
    color: new THREE.Color(strength, strength, strength), side: THREE.DoubleSide,
  })
  const mesh = new THREE.Mesh(new THREE.PlaneGeometry(width, height), material)
  mesh.position.set(...position)
  mesh.lookAt(0, 0, 0)
  return mesh
}

const gradientWall = (tint) => {
  const geometry = new THREE.SphereGeometry(40, 32, 16)
  const material = new THREE.ShaderMaterial({
    side: THREE.BackSide,
    uniforms: { tint: { value: tint } },
    vertexShader: 'varying vec3 p; void main(){ p = normalize(position);'
      + ' gl_Position = projectionMatrix * modelViewMatrix * vec4(position, 1.0); }',
    fragmentShader: 'varying vec3 p; uniform vec3 tint; void main(){'
      + ' gl_FragColor = vec4(tint * mix(0.55, 0.9, smoothstep(-0.6, 0.7, p.y)), 1.0); }',
  })
  return new THREE.Mesh(geometry, material)
}

/** Reflections: the HDRI at a low level over a pale wall, one long softbox left, a strip right. */
export const makeEnvironment = async (renderer, hdriUrl, tint, softness = 0.02) => {
  const exr = await new EXRLoader().loadAsync(hdriUrl)
  exr.mapping = THREE.EquirectangularReflectionMapping
  const scene = new THREE.Scene()
  scene.add(gradientWall(tint))
  const sky = new THREE.Mesh(new THREE.SphereGeometry(30, 48, 24), new THREE.MeshBasicMaterial({
    map: exr, side: THREE.BackSide, transparent: true, opacity: 0.45, depthWrite: false,
    color: new THREE.Color(0.8, 0.8, 0.8),
  }))
  scene.add(sky)
  scene.add(panel(9, 11, 7.5, [-11, 10, 6]))
  scene.add(panel(2.4, 12, 5, [13, 6, 1]))
  scene.add(panel(12, 5, 2.6, [0, 14, -8]))
  scene.add(panel(5, 9, 0.06, [9, 2, 9]), panel(4, 9, 0.1, [-13, 1, -4]))
  const pmrem = new THREE.PMREMGenerator(renderer)
  const target = pmrem.fromScene(scene, softness, 0.1, 100)
  return target.texture
}

const radicalInverse = (index, base) => {
  let result = 0
  let fraction = 1 / base
  for (let i = index; i > 0; i = Math.floor(i / base)) {
    result += (i % base) * fraction
    fraction /= base
  }
  return result
}

export const halton = (index) => [radicalInverse(index + 1, 2), radicalInverse(index + 1, 3)]

const onCap = (axis, spread, u, v) => {
  const z = 1 - u * (1 - Math.cos(spread))
  const r = Math.sqrt(Math.max(0, 1 - z * z))
  const local = new THREE.Vector3(r * Math.cos(v * 6.2832), r * Math.sin(v * 6.2832), z)
  const turn = new THREE.Quaternion()
    .setFromUnitVectors(new THREE.Vector3(0, 0, 1), axis.clone().normalize())
  return local.applyQuaternion(turn)
}

const overDome = (u, v) => {
  const r = Math.sqrt(u) * 0.97
  return new THREE.Vector3(r * Math.cos(v * 6.2832), Math.sqrt(1 - r * r), r * Math.sin(v * 6.2832))
}

const keyAxis = new THREE.Vector3(-0.62, 0.78, 0.52)
const rimAxis = new THREE.Vector3(0.75, 0.6, -0.5)

/** Where the lights of one pass stand: two of the key softbox, one of the dome, one dome or rim. */
export const lightsOfPass = (pass, passes) => {
  const total = passes * LIGHTS_PER_PASS
  return [0, 1, 2, 3].map((slot) => {
    const index = slot * passes + pass
    const [u, v] = halton((index * 7 + slot * 3) % (total + 17))
    if (slot < 2) return { at: onCap(keyAxis, 0.36, u, v), power: 1.15, color: 0xfff6ea }
    if (slot === 3 && pass % 3 === 0) return { at: onCap(rimAxis, 0.3, u, v), power: 1.3,
      color: 0xffffff }
    return { at: overDome(u, v), power: 0.95, color: 0xf3f6ff }
  })
}
