// The set of the live sale: a linen-covered table with a turntable before a curtain, two paper
// lanterns, a vase and folded cloth. The lower third is plain linen: cards and chat lie over it.
import * as THREE from 'three'
import { box, chance, curveThrough, grid, group, lathe, mesh, noise3, placed, sheet,
  vec } from './shapes.ts'
import { brass, cloth, mark, print, printed, weaveBump, wood, words } from './surfaces.ts'

export const FRAME = { width: 864, height: 1536 }
export const REGION = { x: 92, y: 286, width: 680, height: 612 }

const curtain = () => {
  const geometry = grid(40, 460, (u, v) => {
    const x = (v - 0.5) * 9
    const y = -0.6 + u * 5
    const wander = 0.5 * noise3(x * 0.6, y * 0.25, 3)
    const fold = Math.sin(x * 7.5 + wander * 2.4) + 0.45 * Math.sin(x * 15.7 + wander * 4 + 1)
    return vec(x, y, -2.3 + 0.085 * fold * (0.85 + 0.15 * Math.sin(y)))
  })
  const part = mesh(geometry, new THREE.MeshLambertMaterial({ color: 0xa9b5a2,
    side: THREE.DoubleSide }))
  part.userData.flat = true
  return part
}

const table = () => {
  const top = wood(0x9b7450, 0x66462c, { rings: 5, seed: 12, repeat: [1, 1], roughness: 0.5,
    coat: 0.2 })
  const linen = new THREE.MeshLambertMaterial({ color: 0xf3ebdd, emissive: 0x2a241c,
    side: THREE.DoubleSide })
  const front = grid(30, 260, (u, v) => {
    const x = (v - 0.5) * 7
    const fall = 1 - u
    const fold = Math.sin(x * 4.2 + 0.8 * noise3(x, 2, 1)) + 0.4 * Math.sin(x * 9.1 + 2)
    return vec(x, -0.16 - fall * 3.4, 1.53 + fall * 0.16 + fold * 0.05 * Math.min(1, fall * 2.2))
  })
  const runner = new THREE.PlaneGeometry(7, 0.68)
  const hanging = mesh(front, linen)
  hanging.userData.flat = true
  return group(mesh(box(7, 0.14, 4, 0.03), top, { at: [0, -0.235, -0.5] }),
    mesh(runner, linen, { at: [0, -0.155, 1.19], turn: [-Math.PI / 2, 0, 0] }), hanging,
    mesh(new THREE.CylinderGeometry(0.035, 0.035, 7, 24), linen,
      { at: [0, -0.19, 1.525], turn: [0, 0, Math.PI / 2] }))
}

export const turntable = () => {
  const disc = wood(0xd9bb8d, 0xb08652, { rings: 6, seed: 14, roughness: 0.5 })
  return group(mesh(lathe([[0.001, -0.16], [0.9, -0.16], [1.08, -0.13], [1.13, -0.08],
    [1.13, -0.02], [1.1, 0],
    [1.0, 0], [0.001, 0]], false, 128), disc, { turn: [0, Math.PI, 0] }),
    mesh(new THREE.CircleGeometry(1.1, 96), disc, { at: [0, 0.001, 0],
      turn: [-Math.PI / 2, 0, 0] }),
    mesh(new THREE.TorusGeometry(1.02, 0.008, 8, 128), brass(),
      { at: [0, 0.002, 0], turn: [Math.PI / 2, 0, 0] }))
}

const lantern = (x, y, size) => {
  const paper = new THREE.MeshPhysicalMaterial({ color: 0xf6e3c4, roughness: 0.9,
    emissive: 0xffb562,
    emissiveIntensity: 0.85, side: THREE.DoubleSide, specularIntensity: 0.2 })
  const body = grid(96, 96, (u, v) => {
    const a = v * Math.PI * 2
    const lat = (u - 0.5) * Math.PI * 0.86
    const rib = 1 + 0.012 * Math.cos(u * Math.PI * 2 * 13)
    return vec(Math.cos(a) * Math.cos(lat) * rib, Math.sin(lat) * 0.86,
      Math.sin(a) * Math.cos(lat) * rib)
  })
  const cap = wood(0x5a3a24, 0x3a2415, { rings: 3, seed: 2 })
  const cord = mesh(new THREE.CylinderGeometry(0.012, 0.012, 4, 8), cap, { at: [0, 2.8, 0] })
  const tassel = mesh(lathe([[0.001, -1.5], [0.07, -1.48], [0.05, -1.1], [0.02, -0.95],
    [0.001, -0.94]]), cloth(0x8d3b3a))
  const ends = [0.86, -0.86].map((level) => mesh(new THREE.CylinderGeometry(0.26, 0.26, 0.08, 40),
    cap, { at: [0, level * 0.98, 0] }))
  return placed(group(mesh(body, paper), cord, tassel, ends),
    { at: [x, y, -1.15], scale: [size, size, size] })
}

const vase = () => {
  const clay = new THREE.MeshPhysicalMaterial({ color: 0x7d9483, roughness: 0.35, clearcoat: 0.6,
    clearcoatRoughness: 0.2, side: THREE.DoubleSide })
  const pot = mesh(lathe([[0.001, 0], [0.2, 0], [0.3, 0.12], [0.34, 0.36], [0.26, 0.62],
    [0.12, 0.8], [0.11, 0.92], [0.15, 0.98], [0.1, 0.96]]), clay)
  const random = chance(5)
  const twig = wood(0x6b4a33, 0x4a3120, { rings: 2 })
  const bloom = cloth(0xe9c9c0, { sheen: 0.6 })
  const parts = [pot]
  for (let i = 0; i < 4; i += 1) {
    const lean = (i - 1.3) * 0.3
    const points = [[0, 0.8, 0], [lean * 0.3, 1.3, 0.05],
      [lean * 0.8 + random() * 0.1, 1.8, 0.1 * random()], [lean * 1.3, 2.3 + random() * 0.25, 0]]
    const curve = curveThrough(points)
    parts.push(mesh(new THREE.TubeGeometry(curve, 60, 0.014, 8), twig))
    for (let k = 0; k < 12; k += 1) {
      const p = curve.getPoint(0.35 + 0.65 * k / 12)
      const s = 0.03 + random() * 0.028
      parts.push(mesh(new THREE.SphereGeometry(1, 14, 10), bloom, {
        at: [p.x + (random() - 0.5) * 0.14, p.y, p.z + (random() - 0.5) * 0.14],
          scale: [s, s * 0.8, s] }))
    }
  }
  return placed(group(parts), { at: [-1.42, -0.165, -1.15], scale: [0.74, 0.68, 0.74] })
}

const foldedCloth = () => {
  const colors = [0xc9a27c, 0x7f9aa3, 0xd9cbb5, 0x9c5f55]
  return group(colors.map((color, i) => mesh(box(0.95 - i * 0.02, 0.15, 0.7, 0.07, 8),
    cloth(color, { bump: weaveBump([30, 20]), bumpScale: 0.5 }),
    { at: [1.5 + (i % 2) * 0.03, -0.09 + i * 0.15, -1.2], turn: [0, -0.25 + i * 0.05, 0] })))
}

const sign = () => {
  const art = print(900, 300, (pen, w, h) => {
    pen.clearRect(0, 0, w, h)
    mark(pen, 130, h / 2, 120, '#f1e6d0')
    words(pen, 'Lantern & Loom', 560, h / 2 + 32, 92, { weight: 500, color: '#f1e6d0' })
  })
  return group(mesh(box(1.5, 0.42, 0.06, 0.03), wood(0x5b3d28, 0x3b2618, { rings: 3, seed: 7 })),
    mesh(sheet(1.35, 0.45), printed(art, { clear: true }), { at: [0, 0, 0.034] }))
}

export const makeSet = () => {
  const all = group(curtain(), table(), lantern(-0.98, 1.88, 0.3), lantern(1.06, 2.08, 0.24),
    vase(), foldedCloth(), placed(sign(), { at: [0.02, 2.02, -2.02], scale: [0.8, 0.8, 1] }))
  all.traverse((part) => {
    if (!part.isMesh) return
    part.castShadow = part.userData.flat !== true
    part.receiveShadow = part.userData.flat !== true
  })
  return all
}

export const makeSetCamera = () => {
  const camera = new THREE.PerspectiveCamera(29, FRAME.width / FRAME.height, 0.1, 60)
  camera.position.set(0, 1.72, 9.4)
  camera.lookAt(0, -0.1, 0)
  camera.updateMatrixWorld(true)
  return camera
}

export const BANNER = [
  { key: 'silk-scarf', at: [-1.75, -0.15, -0.5], turned: 0.35, size: 0.95 },
  { key: 'tea-set', at: [0, -0.155, 0.35], turned: 0.2, size: 0.92 },
  { key: 'leather-bag', at: [1.85, -0.155, -0.35], turned: 0.1, size: 0.86 },
]

export const makeBannerCamera = () => {
  const camera = new THREE.PerspectiveCamera(25, 1200 / 630, 0.1, 60)
  camera.position.set(0, 1.75, 7.6)
  camera.lookAt(0, 0.72, 0)
  camera.updateMatrixWorld(true)
  return camera
}
