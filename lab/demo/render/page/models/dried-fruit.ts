import * as THREE from 'three'
import { chance, grid, group, lathe, mesh, noise3, placed, vec } from '../shapes.ts'
import { grainBump, mark, print, printed, words } from '../surfaces.ts'

export const look = {
  backdrop: 0xf0e2c8,
  views: [{ azimuth: -14, elevation: 22 }, { azimuth: 22, elevation: 38, fill: 0.84 }],
}

const flesh = (color, seed) => new THREE.MeshPhysicalMaterial({
  color, roughness: 0.6, clearcoat: 0.12, clearcoatRoughness: 0.4, sheen: 0.5, sheenRoughness: 0.4,
  sheenColor: new THREE.Color(0xffc890), bumpMap: grainBump(14 + seed, [2, 2]), bumpScale: 1.6,
})

const apricot = (seed) => grid(36, 48, (u, v) => {
  const [a, b] = [(u - 0.5) * Math.PI, v * Math.PI * 2]
  const [x, y, z] = [Math.cos(a) * Math.cos(b), Math.sin(a), Math.cos(a) * Math.sin(b)]
  const dent = 0.3 * Math.exp(-((x * x + z * z) / 0.12))
  const crease = 0.1 * Math.exp(-((z / 0.18) ** 2)) * (y > 0 ? 1 : 0)
  const wrinkle = 0.09 * noise3(x * 2.6 + seed, y * 2.6, z * 2.6) +
    0.045 * noise3(x * 7, y * 7 + seed, z * 7)
  const r = 0.215 * (1 + wrinkle)
  return vec(x * r, y * r * (0.5 - dent * 0.5 - crease), z * r * 0.92)
})

const mango = (seed) => grid(30, 40, (u, v) => {
  const [a, b] = [(u - 0.5) * Math.PI, v * Math.PI * 2]
  const soft = (t) => Math.sign(t) * Math.abs(t) ** 0.7
  const [x, y, z] = [soft(Math.cos(a)) * soft(Math.cos(b)), Math.sin(a),
    soft(Math.cos(a)) * soft(Math.sin(b))]
  const wave = 0.05 * Math.sin(x * 4 + seed) + 0.035 * noise3(x * 3 + seed, z * 3, 1)
  return vec(x * 0.36 * (1 - 0.25 * z * z), y * 0.035 + wave + 0.11 * x * x, z * 0.13 +
    0.04 * Math.sin(x * 2.6 + seed))
})

/** Lets balls settle in a bowl; each then carries a piece of fruit. */
const settle = (count, radius, random) => {
  const balls = Array.from({ length: count }, () =>
    vec((random() - 0.5) * 1.1, 0.6 + random() * 1.3, (random() - 0.5) * 1.1))
  for (let step = 0; step < 420; step += 1) {
    for (const p of balls) {
      p.y -= 0.008
      const flat = Math.hypot(p.x, p.z)
      const floor = 0.2 + 0.34 * Math.max(0, flat) ** 2.2 + radius * 0.55
      if (p.y < floor && flat < 1.05) p.y = floor
      if (flat > 0.76) { p.x *= 0.985; p.z *= 0.985 }
    }
    for (let i = 0; i < count; i += 1) {
      for (let j = i + 1; j < count; j += 1) {
        const d = balls[j].clone().sub(balls[i])
        const far = Math.hypot(d.x, d.y * 1.7, d.z)
        if (far < radius * 1.62 && far > 0.0001) {
          d.multiplyScalar((radius * 1.62 - far) / far * 0.35)
          balls[j].add(d)
          balls[i].sub(d)
        }
      }
    }
  }
  return balls
}

const pouch = () => {
  const art = print(800, 1100, (pen, w, h) => {
    pen.clearRect(0, 0, w, h)
    pen.fillStyle = '#f8f2e4'
    pen.beginPath(); pen.roundRect(110, 250, w - 220, 610, 24); pen.fill()
    mark(pen, w / 2, 345, 62, '#0b5a47')
    words(pen, 'LANTERN & LOOM', w / 2, 455, 34, { spacing: 7, weight: 600 })
    words(pen, 'Dried mango', w / 2, 560, 68, { weight: 600, color: '#a85a12' })
    words(pen, '& apricot', w / 2, 640, 68, { weight: 600, color: '#a85a12' })
    words(pen, 'nothing added · 250 g ℮', w / 2, 735, 36, { weight: 450 })
  })
  const [W, H] = [1.35, 1.86]
  const side = (sign, lift) => grid(50, 50, (u, v) => {
    const [x, y] = [(v - 0.5) * W, u * H]
    const fill = Math.cos((v - 0.5) * Math.PI) ** 0.6 * Math.max(0,
      Math.cos((u - 0.3) * 2.05)) ** 0.8
    const crinkle = 0.018 * noise3(x * 5, y * 3.4, sign * 3) * (0.4 + fill)
    return vec(x * (1 - 0.03 * u), y, sign * (0.008 + 0.3 * fill + crinkle + lift))
  })
  const kraft = new THREE.MeshPhysicalMaterial({ color: 0xc49b6c, roughness: 0.85,
    side: THREE.DoubleSide,
    bumpMap: grainBump(70, [3, 3]), bumpScale: 0.5, specularIntensity: 0.3 })
  return group(mesh(side(1, 0), kraft), mesh(side(-1, 0), kraft),
    mesh(side(1, 0.004), printed(art, { clear: true, roughness: 0.7 })))
}

export const build = () => {
  const random = chance(21)
  const glazed = new THREE.MeshPhysicalMaterial({ color: 0xf2ece0, roughness: 0.4, clearcoat: 0.7,
    clearcoatRoughness: 0.15, side: THREE.DoubleSide })
  const bowl = mesh(lathe([[0.001, 0.06], [0.42, 0.06], [0.45, 0], [0.5, 0.01], [0.53, 0.07],
    [0.82, 0.2], [1.02, 0.42],
    [1.1, 0.64], [1.085, 0.665], [1.06, 0.645], [0.97, 0.44], [0.78, 0.26], [0.45, 0.15],
      [0.001, 0.13]], true, 128), glazed)
  const fruits = [0, 1, 2, 3].map((i) => apricot(i * 7.3))
  const strips = [0, 1, 2].map((i) => mango(i * 5.1))
  const orange = [0xc4652a, 0xb5561f, 0xcf7a35].map((c, i) => flesh(c, i))
  const golden = [0xdb9c3c, 0xcf8a2b].map((c, i) => flesh(c, i + 4))
  const piece = (i, place) => i % 5 < 3
    ? mesh(fruits[i % 4], orange[i % 3], place)
    : mesh(strips[i % 3], golden[i % 2], place)
  const heap = settle(52, 0.2, random).map((p, i) => piece(Math.hypot(p.x, p.z) > 0.5 ? i % 3 : i,
    { at: [p.x * 0.92, p.y + 0.03, p.z * 0.92],
    turn: [(random() - 0.5) * 0.9, random() * 6.28, (random() - 0.5) * 0.9] }))
  const loose = [[1.35, 0.09, 0.55, 0], [1.05, 0.06, 1.0, 3], [-1.15, 0.09, 0.85, 1],
    [1.62, 0.09, 0.15, 2], [-0.72, 0.05, 1.2, 8]]
    .map(([x, y, z, i]) => piece(i, { at: [x, y, z], turn: [0, i * 1.7, 0] }))
  return group(bowl, heap, loose,
    placed(pouch(), { at: [0.86, 0, -0.98], turn: [-0.05, -0.3, 0], scale: [1.12, 1.12, 1] }))
}
