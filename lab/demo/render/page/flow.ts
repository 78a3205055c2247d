// Where each point of the turning things will be one key picture later, as colours: the
// compositor bends two key pictures towards each other with it and so draws what lies between.
import * as THREE from 'three'
import { FRAME } from './set.ts'

/** Furthest movement that fits a colour, in pixels of the set. */
export const FLOW_PX = 24

const material = (step) => new THREE.ShaderMaterial({
  side: THREE.DoubleSide,
  uniforms: { step: { value: step } },
  vertexShader: `uniform mat4 step; varying vec4 here; varying vec4 there;
    void main() {
      vec4 p = vec4(position, 1.0);
      #ifdef USE_INSTANCING
        p = instanceMatrix * p;
      #endif
      vec4 world = modelMatrix * p;
      here = projectionMatrix * viewMatrix * world;
      there = projectionMatrix * viewMatrix * step * world;
      gl_Position = here;
    }`,
  fragmentShader: `varying vec4 here; varying vec4 there;
    void main() {
      vec2 move = (there.xy / there.w - here.xy / here.w) * 0.5 * vec2(REGION_W, REGION_H);
      gl_FragColor = vec4(move.x / ${2 * FLOW_PX}.0 + 0.5, -move.y / ${2 * FLOW_PX}.0 + 0.5, 0.5,
        1.0);
    }`,
})

/** Draws the movement of `turning` (by `radians` about the vertical) over the rest, which rests. */
export const drawFlow = ({ renderer, scene }, camera, region, turning, radians) => {
  const still = material(new THREE.Matrix4())
  const moving = material(new THREE.Matrix4().makeRotationY(radians))
  for (const one of [still, moving]) {
    one.fragmentShader = one.fragmentShader
      .replace('REGION_W', `${region.width}.0`).replace('REGION_H', `${region.height}.0`)
  }
  const before = new Map()
  const dress = (part, worn) => part.traverse((child) => {
    if (!child.isMesh) return
    if (!before.has(child)) before.set(child, child.material)
    child.material = worn
  })
  dress(scene, still)
  dress(turning, moving)
  camera.setViewOffset(FRAME.width, FRAME.height, region.x, region.y, region.width, region.height)
  renderer.setSize(region.width, region.height, false)
  renderer.setRenderTarget(null)
  renderer.setClearColor(0x808080, 1)
  renderer.clear()
  renderer.shadowMap.autoUpdate = false
  renderer.render(scene, camera)
  renderer.shadowMap.autoUpdate = true
  for (const [child, worn] of before) child.material = worn
  still.dispose()
  moving.dispose()
}
