import * as THREE from 'three'
import { group, lathe, mesh, pebble, placed, smoothstep, taperedTube, box } from '../shapes.ts'
import { brass, grainBump, plastic, steel } from '../surfaces.ts'

export const look = {
  backdrop: 0xe4e0ea,
  views: [{ azimuth: -18, elevation: 20 }, { azimuth: 26, elevation: 38, fill: 0.82 }],
}

const half = (geometry, keep) => {
  const p = geometry.attributes.position
  for (let i = 0; i < p.count; i += 1) {
    const y = p.getY(i)
    if (keep > 0 ? y < 0 : y > 0) p.setY(i, 0)
  }
  geometry.computeVertexNormals()
  return geometry
}

const shellHalf = (material, keep) => {
  const geometry = half(pebble(2, 1.36, 1.0, 3.1, 96), keep)
  return mesh(geometry, material)
}

const bud = (skin) => {
  const tip = plastic(0xcfc8d6, 0.7, { sheen: 0.3 })
  const body = mesh(pebble(0.4, 0.42, 0.36, 2.3, 48), skin)
  const stem = mesh(taperedTube([[0.09, -0.02, 0.0], [0.14, -0.25, 0.0], [0.15, -0.48, 0.0],
    [0.15, -0.66, 0]],
    (u) => (0.1 - 0.025 * u) * Math.sqrt(Math.max(0.0001, 1 - smoothstep(0.93, 1.0, u) ** 2)),
      { flat: 0.85 }), skin)
  const ear = mesh(lathe([[0.09, 0], [0.12, 0.02], [0.175, 0.06], [0.17, 0.12], [0.12, 0.19],
    [0.08, 0.205], [0.06, 0.19], [0.05, 0.1]]),
    tip, { at: [-0.15, 0.05, 0.06], turn: [0.35, 0, 1.3] })
  const grill = mesh(new THREE.CylinderGeometry(0.062, 0.062, 0.02, 32),
    steel({ roughness: 0.4, color: 0x77737d }),
    { at: [0.02, 0.06, 0.17], turn: [Math.PI / 2, 0, 0] })
  const charge = mesh(new THREE.CylinderGeometry(0.05, 0.05, 0.02, 24), brass(0.3),
    { at: [0.15, -0.66, 0] })
  const touch = mesh(new THREE.TorusGeometry(0.09, 0.006, 12, 48), brass(0.25),
    { at: [0.19, 0.03, 0], turn: [0, Math.PI / 2, 0] })
  return group(body, stem, ear, grill, charge, touch)
}

const wells = (dark) => [-0.46, 0.46].map((x) => group(
  mesh(pebble(0.56, 0.1, 0.56, 2.4, 32), dark, { at: [x, 0.0, 0.0] })))

const openCase = (skin, inner) => {
  const dark = plastic(0x8f8799, 0.6)
  const hinge = mesh(box(0.62, 0.1, 0.1, 0.045), brass(0.28), { at: [0, 0.66, -0.5] })
  const led = mesh(new THREE.CircleGeometry(0.025, 24),
    new THREE.MeshBasicMaterial({ color: 0xd6fff0 }), { at: [0, 0.42, 0.4995] })
  const lower = placed(shellHalf(skin, -1), { at: [0, 0.68, 0] })
  const deck = mesh(pebble(1.9, 0.05, 0.9, 3.1, 64), inner, { at: [0, 0.675, 0] })
  const lid = group(shellHalf(skin, 1), mesh(pebble(1.86, 0.04, 0.86, 3.1, 64), inner,
    { at: [0, 0.0, 0] }))
  const pivot = group(placed(lid, { at: [0, 0, 0.5], scale: [1, 0.62, 1] }))
  placed(pivot, { at: [0, 0.7, -0.5], turn: [-1.75, 0, 0] })
  return group(lower, deck, placed(group(wells(dark)), { at: [0, 0.7, 0.02] }), hinge, led, pivot)
}

export const build = () => {
  const skin = plastic(0xf3f0ee, 0.24, { clearcoat: 0.8, clearcoatRoughness: 0.12,
    bumpMap: grainBump(3, [1, 1]), bumpScale: 0.02 })
  const inner = plastic(0xd9d3df, 0.5)
  const inCase = placed(bud(skin), { at: [-0.4, 1.0, 0.02], turn: [0.1, -0.5, 0.08] })
  const standing = placed(bud(skin), { at: [1.0, 0.2, 0.92], turn: [Math.PI / 2 - 0.2, 0.25, 0.9] })
  const second = placed(bud(skin), { at: [0.52, 1.0, 0.02], turn: [0.1, 3.6, -0.05] })
  return group(openCase(skin, inner), inCase, standing, second)
}
