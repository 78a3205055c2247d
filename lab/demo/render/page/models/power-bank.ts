import * as THREE from 'three'
import { box, chance, extrude, group, mesh, placed, roundedRect, sheet, tube } from '../shapes.ts'
import { grainBump, mark, plastic, print, printed, steel, words } from '../surfaces.ts'

export const look = {
  backdrop: 0xdfe6e0,
  views: [{ azimuth: -24, elevation: 16, fill: 0.9 }, { azimuth: 30, elevation: 32, fill: 0.9 }],
}

const frontPrint = () => print(640, 1280, (pen, w, h) => {
  pen.clearRect(0, 0, w, h)
  mark(pen, w / 2, 300, 110, '#d9d4c6')
  words(pen, 'lantern & loom', w / 2, 470, 44, { color: '#d9d4c6', weight: 500, spacing: 3 })
})

const backPrint = () => print(640, 1280, (pen, w, h) => {
  pen.clearRect(0, 0, w, h)
  const lines = ['Li-ion power bank  PB-20', '20 000 mAh · 3.7 V · 74 Wh',
    'USB-C in/out  5–20 V  65 W max',
    'USB-A out  5 V  3 A', 'Carry on board only. Do not check in.']
  lines.forEach((text, i) => words(pen, text, 70, h - 420 + i * 58, 29,
    { color: '#c9c5b8', align: 'left', weight: i === 1 ? 700 : 450 }))
  mark(pen, w - 120, h - 130, 60, '#c9c5b8')
})

const port = (dark, w, h) => {
  const shape = roundedRect(w, h, h / 2)
  return group(
    mesh(extrude(roundedRect(w + 0.035, h + 0.035, (h + 0.035) / 2), 0.004, 0.006),
      steel({ roughness: 0.35 })),
    mesh(extrude(shape, 0.014, 0), dark, { at: [0, 0, 0] }),
    mesh(extrude(roundedRect(w * 0.62, h * 0.24, h * 0.1), 0.02, 0), plastic(0x6d6d70), {}),
  )
}

const bank = (face) => {
  const shell = plastic(0x2e4a44, 0.58, { bumpMap: grainBump(90, [5, 8]), bumpScale: 0.25,
    clearcoat: 0.08, clearcoatRoughness: 0.6 })
  const band = steel({ color: 0xb9beba, roughness: 0.36 })
  const dark = plastic(0x101214, 0.5)
  const [w, h, d] = [1.02, 2.06, 0.36]
  const parts = [
    mesh(box(w, h, d, 0.15, 14), shell),
    mesh(extrude(roundedRect(w - 0.012, h - 0.012, 0.14), 0.07, 0.012, 3), band,
      { at: [0, 0, -0.035] }),
    mesh(sheet(w * 0.9, h * 0.9), printed(face, { clear: true }), { at: [0, 0, d / 2 + 0.002] }),
  ]
  const lit = new THREE.MeshBasicMaterial({ color: 0xcffff0 })
  for (let i = 0; i < 4; i += 1) {
    parts.push(mesh(new THREE.CircleGeometry(0.017, 24), i < 3 ? lit : dark,
      { at: [-0.12 + i * 0.08, -0.74, d / 2 + 0.003] }))
  }
  parts.push(mesh(new THREE.CylinderGeometry(0.075, 0.075, 0.02, 48), band,
    { at: [w / 2, 0.62, 0], turn: [0, 0, Math.PI / 2] }))
  const ports = [[-0.24, 0.2, 0.075], [0.04, 0.2, 0.075], [0.31, 0.2, 0.1]]
  for (const [x, pw, ph] of ports) {
    parts.push(placed(port(dark, pw, ph), { at: [x, h / 2 + 0.002, 0],
      turn: [-Math.PI / 2, 0, 0] }))
  }
  return group(parts)
}

const cable = () => {
  const points = []
  const random = chance(4)
  for (let i = 0; i <= 70; i += 1) {
    const a = i / 70 * Math.PI * 2 * 3.4 + 0.6
    const r = 0.34 + 0.028 * Math.sin(i * 0.35) + i * 0.0022
    points.push([Math.cos(a) * r, 0.035 + i / 70 * 0.13 + random() * 0.004, Math.sin(a) * r])
  }
  const last = points.at(-1)
  points.push([last[0] - 0.22, 0.05, last[2] + 0.18], [last[0] - 0.36, 0.045, last[2] + 0.34])
  const braid = plastic(0xd8cfbd, 0.8, { bumpMap: grainBump(40, [120, 4]), bumpScale: 1.2 })
  const end = points.at(-1)
  const plug = group(
    mesh(box(0.3, 0.085, 0.13, 0.04), plastic(0x2e4a44, 0.5)),
    mesh(box(0.12, 0.045, 0.1, 0.022), steel(), { at: [0.2, 0, 0] }))
  placed(plug, { at: [end[0] - 0.12, 0.045, end[2] + 0.12], turn: [0, -2.36, 0] })
  return group(mesh(tube(points, 0.032, { steps: 500, sides: 14 }), braid), plug)
}

export const build = () => group(
  placed(bank(frontPrint()), { at: [0, 1.03, 0], turn: [0, 0.12, 0] }),
  placed(bank(backPrint()), { at: [1.24, 0.18, 0.66], turn: [-Math.PI / 2, 0, 0.7] }),
  placed(cable(), { at: [-0.72, 0, 0.8] }),
)
