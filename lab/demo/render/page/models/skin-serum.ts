import * as THREE from 'three'
import { box, group, lathe, mesh, placed, sheet, turned, wrap } from '../shapes.ts'
import { brass, glass, grainBump, mark, plastic, print, printed, wood, words } from '../surfaces.ts'

export const look = {
  backdrop: 0xefe0d6,
  views: [{ azimuth: -16, elevation: 9 }, { azimuth: 26, elevation: 24, fill: 0.8 }],
}

const label = () => print(1024, 900, (pen, w, h) => {
  pen.fillStyle = '#f8f4ec'
  pen.fillRect(0, 0, w, h)
  mark(pen, w / 2, 170, 76, '#0b5a47')
  words(pen, 'LANTERN & LOOM', w / 2, 305, 38, { spacing: 8, weight: 600 })
  words(pen, 'Rice Water Serum', w / 2, 455, 66, { weight: 400 })
  words(pen, 'with squalane & green tea', w / 2, 525, 36, { weight: 400, color: '#55525a' })
  pen.fillStyle = '#b9a06a'
  pen.fillRect(w / 2 - 60, 580, 120, 3)
  words(pen, 'for the face · fragrance free', w / 2, 660, 32, { weight: 450, color: '#55525a' })
  words(pen, '30 ml ℮ 1.0 fl. oz', w / 2, 790, 34, { weight: 600 })
})

const carton = () => {
  const art = print(700, 1500, (pen, w, h) => {
    pen.fillStyle = '#cfd9c6'
    pen.fillRect(0, 0, w, h)
    pen.strokeStyle = 'rgba(255,255,255,.55)'
    pen.lineWidth = 5
    for (let i = 0; i < 26; i += 1) {
      pen.beginPath()
      for (let x = 0; x <= w; x += 10) {
        pen.lineTo(x, h - 60 - i * 22 + Math.sin(x / 120 + i * 0.35) * (34 - i))
      }
      pen.stroke()
    }
    mark(pen, w / 2, 270, 100, '#0b5a47')
    words(pen, 'LANTERN & LOOM', w / 2, 450, 42, { spacing: 8, weight: 600, color: '#24382f' })
    words(pen, 'Rice Water', w / 2, 600, 74, { weight: 400, color: '#24382f' })
    words(pen, 'Serum', w / 2, 690, 74, { weight: 400, color: '#24382f' })
    words(pen, '30 ml ℮ 1.0 fl. oz', w / 2, 780, 34, { weight: 500, color: '#24382f' })
  })
  const paper = plastic(0xcfd9c6, 0.75, { bumpMap: grainBump(120, [3, 3]), bumpScale: 0.2 })
  return group(mesh(box(0.96, 2.1, 0.96, 0.02, 3), paper),
    mesh(sheet(0.93, 2.06), printed(art, { roughness: 0.7 }), { at: [0, 0, 0.4815] }))
}

const bottle = () => {
  const amber = glass({ color: 0xfff1da, tint: 0xb86a1c, distance: 0.55, thickness: 0.5,
    roughness: 0.03 })
  const body = mesh(turned([[0, 0], [0.46, 0], [0.48, 0.04], [0.48, 1.02], [0.4, 1.2], [0.2, 1.28],
    [0.2, 1.42]], 0.09), amber)
  body.userData.noShadow = false
  const serum = mesh(turned([[0, 0.06], [0.42, 0.06], [0.43, 0.9], [0, 0.9]], 0.06),
    new THREE.MeshPhysicalMaterial({ color: 0x9c5a1d, roughness: 0.25, clearcoat: 0.6 }))
  const black = plastic(0x1d1c1e, 0.55)
  const ribs = []
  for (let i = 0; i < 60; i += 1) {
    const a = i / 60 * Math.PI * 2
    ribs.push(mesh(new THREE.CylinderGeometry(0.011, 0.011, 0.24, 8), brass(0.3),
      { at: [Math.cos(a) * 0.252, 1.53, Math.sin(a) * 0.252] }))
  }
  const collar = mesh(turned([[0, 1.4], [0.252, 1.4], [0.252, 1.66], [0.14, 1.7], [0, 1.7]],
    0.03), brass(0.25))
  const bulb = mesh(lathe([[0.15, 1.68], [0.16, 1.72], [0.15, 1.82], [0.17, 1.98], [0.165, 2.16],
    [0.12, 2.29], [0.05, 2.33], [0.001, 2.335]]), black)
  const pipette = mesh(new THREE.CylinderGeometry(0.05, 0.03, 1.2, 24), glass({ tint: 0xffffff }),
    { at: [0, 0.8, 0] })
  pipette.userData.noShadow = true
  const tag = mesh(wrap(0.484, 0.74, 2.0), printed(label(), { roughness: 0.65 }),
    { at: [0, 0.55, 0] })
  return group(body, serum, collar, ribs, bulb, tag)
}

const leaf = (material) => {
  const shape = new THREE.Shape()
  shape.moveTo(0, 0)
  shape.bezierCurveTo(0.16, 0.14, 0.17, 0.5, 0, 0.74)
  shape.bezierCurveTo(-0.17, 0.5, -0.16, 0.14, 0, 0)
  const geometry = new THREE.ShapeGeometry(shape, 24)
  const p = geometry.attributes.position
  for (let i = 0; i < p.count; i += 1) {
    p.setZ(i, 0.06 + Math.abs(p.getX(i)) * 0.35 - (p.getY(i) - 0.37) ** 2 * 0.5)
  }
  geometry.computeVertexNormals()
  return mesh(geometry, material)
}

export const build = () => {
  const green = plastic(0x5d8058, 0.45, { side: THREE.DoubleSide, clearcoat: 0.3 })
  const plate = mesh(turned([[0, 0], [1.5, 0], [1.52, 0.05], [1.5, 0.12], [0, 0.12]], 0.05),
    wood(0xe2c79e, 0xb98e5c, { rings: 6, seed: 3 }), { at: [0.25, 0, 0.1] })
  return group(plate,
    placed(bottle(), { at: [-0.25, 0.12, 0.45], turn: [0, -0.1, 0] }),
    placed(carton(), { at: [0.72, 1.17, -0.32], turn: [0, -0.38, 0] }),
    placed(leaf(green), { at: [0.62, 0.12, 0.95], turn: [-1.45, 0, -1.2] }),
    placed(leaf(green), { at: [0.66, 0.125, 1.0], turn: [-1.4, 0, -0.35], scale: [0.8, 0.8, 0.8] }))
}
