// The page that the render script drives: builds a product and photographs it.
import * as THREE from 'three'
import { makeCompositor } from './compose.ts'
import { drawFlow } from './flow.ts'
import { BANNER, FRAME, REGION, makeBannerCamera, makeSet, makeSetCamera,
  turntable } from './set.ts'
import { frameModel, makeStudio, makeSweep, standOnFloor } from './studio.ts'

const canvas = document.querySelector('#canvas')
const params = new URLSearchParams(location.search)
let studio = null
let shown = null

const encode = (type, quality, from = canvas) => new Promise((resolve) => {
  from.toBlob((blob) => {
    const reader = new FileReader()
    reader.addEventListener('load', () => resolve(String(reader.result).split(',')[1]))
    reader.readAsDataURL(blob)
  }, type, quality)
})

const clear = () => {
  if (!shown) return
  for (const part of shown) studio.scene.remove(part)
  shown = null
}

/** Shows one product on its own sweep; returns what views it has. */
const show = async (key) => {
  clear()
  const { build, look } = await import(`./models/${key}.ts`)
  const model = standOnFloor(await build())
  const sweep = makeSweep(look.backdrop)
  shown = [model, sweep]
  studio.scene.add(model, sweep)
  return look.views.length
}

const photograph = async (key, index, size, passes) => {
  const { look } = await import(`./models/${key}.ts`)
  const view = look.views[index]
  studio.scene.environmentRotation.y = (view.environment ?? look.environment ?? 0) * Math.PI / 180
  studio.shoot(frameModel(shown[0], view, 1), size, size, {
    passes, exposure: look.exposure ?? 0.94, lightPower: look.lightPower ?? 1,
  })
  return encode('image/png')
}

const SET_LIGHT = { exposure: 0.86, lightPower: 0.92, shadowReach: 2.6,
  shadowCenter: new THREE.Vector3(0, 0.6, 0) }
let [stage, table, onTable] = [null, null, null]

/** Builds the set and puts a product on its turntable; `null` leaves the table empty. */
const dress = async (key) => {
  clear()
  if (!stage) {
    stage = makeSet()
    table = standStill(turntable())
    studio.scene.add(stage, table)
  }
  if (onTable) table.remove(onTable.model)
  onTable = null
  if (key === null) return
  const { build, look } = await import(`./models/${key}.ts`)
  const model = standOnFloor(await build())
  model.scale.setScalar(look.stageScale ?? 0.94)
  table.add(model)
  onTable = { model, base: -(look.views[0].azimuth ?? 0) * Math.PI / 180 }
}

const standStill = (part) => {
  part.traverse((child) => {
    if (!child.isMesh) return
    child.castShadow = true
    child.receiveShadow = true
  })
  return part
}

/** The whole set under the same lights as `turn`, so that its middle fits in without a seam. */
const plate = (passes, lightPasses) => {
  studio.shoot(makeSetCamera(), FRAME.width, FRAME.height, { ...SET_LIGHT, passes, lightPasses })
  return encode('image/png')
}

/** The middle of the set, where the product is, with the turntable turned by some degrees. */
const turn = (degrees, passes) => {
  // What stands still casts the same shadows in every frame: the plate has them already.
  stage.traverse((part) => { part.castShadow = false })
  table.rotation.y = (onTable?.base ?? 0) + degrees * Math.PI / 180
  const region = { x: REGION.x, y: REGION.y, fullWidth: FRAME.width, fullHeight: FRAME.height }
  studio.shoot(makeSetCamera(), REGION.width, REGION.height, { ...SET_LIGHT, passes, region })
  return encode('image/jpeg', 0.97)
}

/** How the region of `turn` will move when the turntable goes on by `step` degrees. */
const flow = (degrees, step) => {
  table.rotation.y = (onTable?.base ?? 0) + degrees * Math.PI / 180
  table.updateMatrixWorld(true)
  drawFlow(studio, makeSetCamera(), REGION, table, step * Math.PI / 180)
  return encode('image/png')
}

/** The wide picture for links: three products side by side on the set's table. */
const banner = async (passes) => {
  await dress(null)
  table.visible = false
  const models = []
  for (const { key, at, turned, size } of BANNER) {
    const { build } = await import(`./models/${key}.ts`)
    const model = standOnFloor(await build())
    model.position.set(...at)
    model.rotation.y = turned
    model.scale.setScalar(size)
    studio.scene.add(model)
    models.push(model)
  }
  studio.shoot(makeBannerCamera(), 1200, 630, { ...SET_LIGHT, shadowReach: 3.4, passes })
  for (const model of models) studio.scene.remove(model)
  table.visible = true
  return encode('image/png')
}

let compositor = null
const compose = async (frame) => {
  compositor ??= await makeCompositor()
  await compositor.draw(frame)
  return encode('image/jpeg', 0.96, compositor.canvas)
}

const start = async () => {
  await document.fonts.load('600 20px Inter')
  studio = await makeStudio(canvas, { hdri: `/hdri/${params.get('hdri') ?? 'studio'}.exr` })
  return { three: THREE.REVISION, passes: studio.renderer.capabilities.isWebGL2 }
}

Object.assign(globalThis, { room: { start, show, photograph, dress, plate, turn, flow, compose,
  banner } })
