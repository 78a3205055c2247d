import * as THREE from 'three'
import { group, lathe, mesh, placed, taperedTube, box, noise3 } from '../shapes.ts'
import { grainBump, wood } from '../surfaces.ts'

export const look = {
  backdrop: 0xe9e4d6,
  views: [{ azimuth: -20, elevation: 18, fill: 0.9 }, { azimuth: 24, elevation: 36, fill: 0.9 }],
}

const celadon = () => new THREE.MeshPhysicalMaterial({
  color: 0xffffff, vertexColors: true, roughness: 0.32, clearcoat: 0.9, clearcoatRoughness: 0.08,
  bumpMap: grainBump(5, [1, 1]), bumpScale: 0.25, side: THREE.DoubleSide, specularIntensity: 0.6,
})

/** Glaze is thin, so paler, on edges, and pools darker in hollows. */
const glaze = (geometry, paleAt = []) => {
  const [pale, deep] = [new THREE.Color(0xd3ddc6), new THREE.Color(0x8fae98)]
  const p = geometry.attributes.position
  const colors = []
  for (let i = 0; i < p.count; i += 1) {
    const [x, y, z] = [p.getX(i), p.getY(i), p.getZ(i)]
    let t = 0.18 + 0.16 * noise3(x * 2, y * 2.4, z * 2)
    for (const [height, width] of paleAt) t += 0.75 * Math.exp(-(((y - height) / width) ** 2))
    const c = deep.clone().lerp(pale, Math.min(1, Math.max(0, t)))
    colors.push(c.r, c.g, c.b)
  }
  geometry.setAttribute('color', new THREE.Float32BufferAttribute(colors, 3))
  return geometry
}

const pot = (clay) => {
  const body = lathe([[0.001, 0.03], [0.4, 0.03], [0.43, 0.0], [0.47, 0.02], [0.5, 0.07],
    [0.72, 0.24],
    [0.86, 0.52], [0.83, 0.8], [0.66, 1.02], [0.44, 1.13], [0.38, 1.16]], true, 128)
  const lid = lathe([[0.42, 1.13], [0.43, 1.16], [0.4, 1.2], [0.28, 1.27], [0.12, 1.32],
    [0.075, 1.36],
    [0.08, 1.4], [0.13, 1.45], [0.14, 1.51], [0.09, 1.56], [0.001, 1.575]], true, 96)
  const spout = taperedTube([[0.7, 0.42, 0], [0.98, 0.55, 0], [1.12, 0.82, 0], [1.24, 1.06, 0],
    [1.36, 1.12, 0]],
    (u) => 0.2 - 0.13 * u ** 0.7)
  const handle = taperedTube([[-0.66, 0.98, 0], [-0.92, 1.12, 0], [-1.2, 1.0, 0], [-1.24, 0.68, 0],
    [-1.05, 0.42, 0], [-0.76, 0.34, 0]], (u) => 0.075 + 0.03 * (2 * u - 1) ** 4, { flat: 1.25 })
  return group(mesh(glaze(body, [[0.01, 0.05], [1.14, 0.05]]), clay),
    mesh(glaze(lid, [[1.16, 0.03], [1.57, 0.04]]), clay),
    mesh(glaze(spout, [[1.14, 0.06]]), clay), mesh(glaze(handle), clay))
}

const cup = (clay) => {
  const wall = lathe([[0.001, 0.03], [0.17, 0.03], [0.19, 0], [0.22, 0.02], [0.23, 0.07],
    [0.34, 0.2],
    [0.4, 0.4], [0.425, 0.53], [0.415, 0.545], [0.4, 0.53], [0.37, 0.4], [0.3, 0.2], [0.18, 0.1],
      [0.001, 0.09]])
  const tea = mesh(new THREE.CircleGeometry(0.378, 64), new THREE.MeshPhysicalMaterial({
    color: 0xb98334, roughness: 0.25, specularIntensity: 0.35 }),
      { at: [0, 0.43, 0], turn: [-Math.PI / 2, 0, 0] })
  return group(mesh(glaze(wall, [[0.54, 0.03], [0.01, 0.03]]), clay), tea)
}

export const build = () => {
  const clay = celadon()
  const tray = wood(0x8a5f3c, 0x58381f, { rings: 8, repeat: [1, 1], roughness: 0.5 })
  const board = group(mesh(box(3.7, 0.1, 2.1, 0.045), tray, { at: [0, 0.13, 0] }),
    mesh(box(0.12, 0.1, 1.9, 0.03), tray, { at: [-1.4, 0.05, 0] }),
    mesh(box(0.12, 0.1, 1.9, 0.03), tray, { at: [1.4, 0.05, 0] }))
  return group(board,
    placed(pot(clay), { at: [-0.42, 0.18, -0.2], turn: [0, 0.12, 0] }),
    placed(cup(clay), { at: [1.18, 0.18, 0.52] }),
    placed(cup(clay), { at: [0.22, 0.18, 0.66] }),
    placed(cup(clay), { at: [1.36, 0.18, -0.5] }))
}
