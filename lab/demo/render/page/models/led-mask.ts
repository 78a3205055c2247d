import * as THREE from 'three'
import { box, grid, group, mesh, placed, taperedTube, vec } from '../shapes.ts'
import { plastic, print, steel } from '../surfaces.ts'

export const look = {
  backdrop: 0xe9dfe2,
  exposure: 0.95,
  views: [{ azimuth: -26, elevation: 8 }, { azimuth: 32, elevation: 14, fill: 0.84 }],
}

const bump = (x, y, cx, cy, sx, sy) => Math.exp(-(((x - cx) / sx) ** 2) - ((y - cy) / sy) ** 2)

/** The face as a height over the plane: forehead, brow, sockets, nose, cheeks, lips, chin. */
const relief = (x, y) => {
  const ax = Math.abs(x)
  let z = 0
  z += 0.3 * bump(x, y, 0, 0.02, 0.085, 0.2) + 0.14 * bump(x, y, 0, -0.13, 0.11, 0.09)
  z += 0.05 * bump(ax, y, 0.1, -0.15, 0.06, 0.06)
  z += 0.08 * bump(ax, y, 0.3, 0.4, 0.3, 0.1)
  z -= 0.12 * bump(ax, y, 0.3, 0.2, 0.17, 0.1)
  z += 0.09 * bump(ax, y, 0.42, -0.1, 0.22, 0.2)
  z += 0.08 * bump(x, y, 0, -0.45, 0.22, 0.12)
  z += 0.1 * bump(x, y, 0, -0.82, 0.2, 0.13)
  return z
}

const facePoint = (u, v, lift) => {
  const angle = (v - 0.5) * 2.5
  const y = (u - 0.5) * 2.16
  const taper = Math.sqrt(Math.max(0.02, 1 - (y / 1.13) ** 2 * (y < 0 ? 0.82 : 0.76)))
  const x = 0.86 * Math.sin(angle) * taper
  const round = 0.78 * Math.cos(angle) * taper + 0.1 * Math.cos(y * 1.3)
  const p = vec(x, y * (1 - 0.17 * Math.sin(angle) ** 4), round + relief(x, y))
  const out = vec(Math.sin(angle), y * 0.28, Math.cos(angle)).normalize()
  return p.addScaledVector(out, lift)
}

const onFace = (x, y, lift) => {
  let v = 0.5
  for (let i = 0; i < 24; i += 1) v += (x - facePoint(y / 2.16 + 0.5, v, lift).x) * 0.45
  return facePoint(y / 2.16 + 0.5, v, lift)
}

const eye = (side) => (t) => {
  const a = t * Math.PI * 2
  return [side * (0.33 + 0.2 * Math.cos(a)), 0.2 + 0.1 * Math.sin(a) * (1 - 0.12 * Math.cos(a))]
}
const mouth = (t) => [0.24 * Math.cos(t * Math.PI * 2), -0.46 + 0.055 * Math.sin(t * Math.PI * 2)]

const insideHole = (x, y) => {
  for (const side of [-1, 1]) {
    if (((x - side * 0.33) / 0.2) ** 2 + ((y - 0.2) / 0.1) ** 2 < 1) return true
  }
  return (x / 0.24) ** 2 + ((y + 0.46) / 0.055) ** 2 < 1
}

/** The shell, without the triangles that lie in the eyes and the mouth. */
const shell = (lift) => {
  const geometry = grid(420, 420, (u, v) => facePoint(u, v, lift))
  const p = geometry.attributes.position
  const old = geometry.index.array
  const kept = []
  for (let i = 0; i < old.length; i += 3) {
    const [a, b, c] = [old[i], old[i + 1], old[i + 2]]
    const x = (p.getX(a) + p.getX(b) + p.getX(c)) / 3
    const y = (p.getY(a) + p.getY(b) + p.getY(c)) / 3
    if (!insideHole(x, y)) kept.push(a, b, c)
  }
  geometry.setIndex(kept)
  return geometry
}

const rim = (outline, radius, material) => {
  const points = []
  for (let i = 0; i < 64; i += 1) points.push(onFace(...outline(i / 64), -0.012))
  const curve = new THREE.CatmullRomCurve3(points, true)
  return mesh(new THREE.TubeGeometry(curve, 240, radius, 16, true), material)
}

const edge = (material) => {
  const points = []
  const along = (u, v) => points.push(facePoint(u, v, -0.014))
  for (let i = 0; i < 60; i += 1) along(i / 60, 1)
  for (let i = 0; i < 40; i += 1) along(1, 1 - i / 40)
  for (let i = 0; i < 60; i += 1) along(1 - i / 60, 0)
  for (let i = 0; i < 40; i += 1) along(0, i / 40)
  const curve = new THREE.CatmullRomCurve3(points, true)
  return mesh(new THREE.TubeGeometry(curve, 500, 0.034, 16, true), material)
}

const glowSpot = () => print(128, 128, (pen, w) => {
  const light = pen.createRadialGradient(w / 2, w / 2, 4, w / 2, w / 2, w / 2)
  light.addColorStop(0, 'rgba(255,70,50,.85)')
  light.addColorStop(0.35, 'rgba(255,90,70,.35)')
  light.addColorStop(1, 'rgba(255,110,90,0)')
  pen.clearRect(0, 0, w, w)
  pen.fillStyle = light
  pen.fillRect(0, 0, w, w)
})

const lamps = (glow) => {
  const geometry = new THREE.SphereGeometry(0.013, 16, 12)
  const halo = new THREE.CircleGeometry(0.075, 32)
  const soft = new THREE.MeshBasicMaterial({ map: glowSpot(), transparent: true, depthWrite: false,
    polygonOffset: true, polygonOffsetFactor: -2, polygonOffsetUnits: -2 })
  const parts = []
  for (let row = 0; row < 13; row += 1) {
    for (let col = 0; col < 11; col += 1) {
      const u = 0.1 + row * 0.067
      const v = 0.16 + (col + (row % 2) * 0.5) * 0.068
      if (v > 0.86) continue
      const p = facePoint(u, v, 0.004)
      const near = [[0.05, 0.02], [-0.05, 0.02], [0, 0.05], [0, -0.05], [0.06, 0], [-0.06, 0]]
      if (near.some(([dx, dy]) => insideHole(p.x + dx * 1.3, p.y + dy * 1.3))) continue
      const out = facePoint(u, v, 0.104).sub(p).normalize()
      const ring = mesh(halo, soft)
      ring.position.copy(p).addScaledVector(out, 0.012)
      ring.lookAt(p.clone().add(out.multiplyScalar(3)))
      ring.userData.noShadow = true
      parts.push(mesh(geometry, glow, { at: p.toArray(), scale: [1, 1, 0.55] }), ring)
    }
  }
  return group(parts)
}

const strap = (material) => group([-1, 1].map((side) => mesh(
  grid(60, 8, (u, v) => {
    const a = u * Math.PI * 0.5
    return vec(side * (0.8 - 0.06 * u) * Math.cos(a * 0.97), 0.24 + (v - 0.5) * 0.22,
      0.12 - 1.0 * Math.sin(a))
  }), material)))

export const build = () => {
  const white = plastic(0xf4f0ef, 0.3, { clearcoat: 0.7, clearcoatRoughness: 0.15,
    side: THREE.DoubleSide })
  const rose = plastic(0xd9a9a4, 0.35, { clearcoat: 0.4 })
  const glow = new THREE.MeshBasicMaterial({ color: new THREE.Color(2.2, 0.55, 0.42) })
  const band = plastic(0x9d8f95, 0.85, { side: THREE.DoubleSide })
  const face = group(mesh(shell(0), white), mesh(shell(-0.035), white), edge(rose),
    rim(eye(1), 0.026, rose), rim(eye(-1), 0.026, rose), rim(mouth, 0.022, rose), lamps(glow),
      strap(band))
  const stand = group(mesh(box(1.0, 0.07, 0.9, 0.035), steel({ color: 0xd8c0b4, roughness: 0.3 }),
    { at: [0, 0.035, 0] }),
    mesh(taperedTube([[0, 0.06, -0.1], [0, 0.4, -0.12], [0, 0.9, 0.1]], () => 0.04),
      steel({ color: 0xd8c0b4, roughness: 0.3 })))
  const remote = group(mesh(box(0.36, 0.14, 0.86, 0.066, 8), white, { at: [0, 0.07, 0] }),
    mesh(new THREE.CylinderGeometry(0.1, 0.1, 0.02, 48), rose, { at: [0, 0.14, 0.16] }),
    mesh(box(0.1, 0.02, 0.03, 0.01), rose, { at: [0, 0.14, -0.18] }))
  return group(placed(face, { at: [0, 1.22, 0], turn: [-0.1, 0, 0] }), stand,
    placed(remote, { at: [1.12, 0, 0.62], turn: [0, -0.5, 0] }))
}
