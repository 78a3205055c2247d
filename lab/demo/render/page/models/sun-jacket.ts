import * as THREE from 'three'
import { curveThrough, group, grid, mesh, noise3, smoothstep, vec, sheet } from '../shapes.ts'
import { cloth, mark, print, printed, steel, weaveBump } from '../surfaces.ts'

export const look = {
  backdrop: 0xdbe3e8,
  views: [{ azimuth: -12, elevation: 8, fill: 0.88 }, { azimuth: 24, elevation: 14, fill: 1.05,
    shift: 0.25 }],
}

const spline2 = (points) => {
  const curve = curveThrough(points.map(([x, y]) => [x, y, 0]))
  return (t) => curve.getPoint(t)
}

/** A garment piece: filled out between two edges, like cloth over a body. */
const piece = (left, right, puff, options = {}) => {
  const [l, r] = [spline2(left), spline2(right)]
  const surface = (side) => grid(options.long ?? 170, options.wide ?? 110, (u, v) => {
    const [a, b] = [l(u), r(u)]
    const s = 2 * v - 1
    const [x, y] = [a.x + (b.x - a.x) * v, a.y + (b.y - a.y) * v]
    const dome = Math.sqrt(Math.max(0, 1 - Math.abs(s) ** 2.4))
    const ends = Math.min(1, (u / 0.05) ** 0.5) * Math.min(1, ((1 - u) / 0.05) ** 0.5)
    const close = options.closed ? ends : 1
    const crease = options.crease ? options.crease(x, y, u, s) : 0
    return vec(x, y, side * dome * close * puff(u) + (side > 0 ? dome ** 0.6 * crease : 0) +
      (options.z ?? 0))
  })
  return [surface(1), surface(-1)]
}

const ridge = (x, y, angle, length, width, seed) => {
  const [c, s] = [Math.cos(angle), Math.sin(angle)]
  const across = noise3((x * c + y * s) / width, (y * c - x * s) / length, seed)
  return 1 - Math.abs(across) * 2.2
}

const bodyCrease = (x, y) => {
  const side = Math.tanh(x * 6)
  const armpit = Math.exp(-(((Math.abs(x) - 0.62) / 0.3) ** 2) - ((y - 1.75) / 0.45) ** 2)
  const waist = Math.exp(-(((y - 0.35) / 0.4) ** 2))
  return 0.035 * armpit * ridge(x, y, side * 0.9, 0.9, 0.12, 3)
    + 0.03 * waist * ridge(x, y, 1.45, 0.5, 0.16, 8)
    + 0.022 * noise3(x * 1.7, y * 1.2, 4) + 0.012 * ridge(x, y, side * 0.3, 1.2, 0.2, 5)
}

const sleeveCrease = (x, y, u) => {
  const elbow = Math.exp(-(((u - 0.52) / 0.16) ** 2))
  const cuff = Math.exp(-(((u - 0.95) / 0.12) ** 2))
  return 0.035 * elbow * ridge(x, y, 1.2, 0.5, 0.1, 6) +
    0.035 * cuff * ridge(x, y, 1.35, 0.6, 0.085, 2)
    + 0.018 * noise3(x * 2.4, y * 1.8, 9)
}

const sleeve = (side) => piece(
  [[0.46, 2.46], [0.64, 1.95], [0.82, 1.3], [0.95, 0.7],
    [1.02, 0.32]].map(([x, y]) => [side * x, y]),
  [[0.6, 2.57], [0.96, 2.24], [1.17, 1.5], [1.27, 0.85],
    [1.28, 0.36]].map(([x, y]) => [side * x, y]),
  (u) => 0.21 - 0.07 * u, { crease: (x, y, u) => sleeveCrease(x, y, u), z: -0.04 })

const cuff = (side, knit) => {
  const [a, b] = piece([[1.01, 0.36], [1.035, 0.2]].map(([x, y]) => [side * x, y]),
    [[1.29, 0.4], [1.27, 0.24]].map(([x, y]) => [side * x, y]), () => 0.15, { z: -0.04, long: 20 })
  return group(mesh(a, knit), mesh(b, knit))
}

const torso = () => piece(
  [[-0.74, 0.12], [-0.78, 0.6], [-0.74, 1.2], [-0.74, 1.75], [-0.78, 2.2], [-0.66, 2.56],
    [-0.3, 2.7]],
  [[0.74, 0.12], [0.78, 0.6], [0.74, 1.2], [0.74, 1.75], [0.78, 2.2], [0.66, 2.56], [0.3, 2.7]],
  (u) => 0.3 + 0.05 * Math.sin(u * 3) - 0.16 * smoothstep(0.8, 1, u),
    { crease: bodyCrease, long: 260, wide: 240 })

const frontAt = (x, y) => {
  const s = x / 0.76
  const levels = [0.12, 0.6, 1.2, 1.75, 2.2, 2.56, 2.7]
  const k = Math.max(0, Math.min(5, levels.findIndex((level) => level > y) - 1))
  const u = (k + (y - levels[k]) / (levels[k + 1] - levels[k])) / 6
  return (0.3 + 0.05 * Math.sin(u * 3) - 0.16 * smoothstep(0.8, 1, u)) * Math.sqrt(Math.max(0,
    1 - Math.abs(s) ** 2.4))
    + bodyCrease(x, y) * 0.9
}

const zip = (metal, tape) => {
  const strip = grid(200, 4, (u, v) => {
    const y = 0.14 + u * 2.4
    const x = (v - 0.5) * 0.075
    return vec(x, y, frontAt(x, y) + 0.02)
  })
  const teeth = new THREE.InstancedMesh(new THREE.BoxGeometry(0.03, 0.014, 0.014), metal, 96)
  const matrix = new THREE.Matrix4()
  for (let i = 0; i < 96; i += 1) {
    const y = 0.14 + (i + 0.5) / 96 * 2.4
    teeth.setMatrixAt(i, matrix.makeTranslation(i % 2 ? 0.006 : -0.006, y, frontAt(0, y) + 0.026))
  }
  const pull = mesh(new THREE.CapsuleGeometry(0.024, 0.13, 4, 12), metal,
    { at: [0, 2.36, frontAt(0, 2.4) + 0.04], turn: [0.25, 0, 0] })
  return group(mesh(strip, tape), teeth, pull)
}

const pocket = (side, tape) => mesh(grid(40, 3, (u, v) => {
  const y = 0.55 + u * 0.42
  const x = side * (0.5 - u * 0.1 + (v - 0.5) * 0.03)
  return vec(x, y, frontAt(x, y) + 0.01)
}), tape)

/** The hood: a shell behind the neck and a rolled brim around the opening. */
const hood = (outer, inner, trim) => {
  const shell = (scale) => grid(90, 120, (u, v) => {
    const a = (v - 0.5) * Math.PI * 1.16
    const k = Math.sin(u * Math.PI / 2)
    const width = 0.5 * scale * (0.86 + 0.14 * Math.cos(a))
    return vec(Math.sin(a) * width * k ** 0.6, 2.5 + 0.78 * scale * Math.max(-0.2,
      Math.cos(a)) * k ** 0.6,
      0.14 - 0.62 * (1 - k) + 0.02 * noise3(a * 3, u * 5, 2))
  })
  const brim = []
  for (let i = 0; i <= 60; i += 1) {
    const a = (i / 60 - 0.5) * Math.PI * 1.16
    brim.push([Math.sin(a) * 0.5 * (0.86 + 0.14 * Math.cos(a)), 2.5 +
      0.78 * Math.max(-0.2, Math.cos(a)), 0.145])
  }
  return group(mesh(shell(1), outer), mesh(shell(0.965), inner),
    mesh(new THREE.TubeGeometry(curveThrough(brim), 200, 0.036, 14), trim))
}

export const build = () => {
  const weave = weaveBump([60, 60])
  const outer = cloth(0x9fc0cf, { bump: weave, bumpScale: 0.35, sheen: 0.5, sheenColor: 0xe8f6ff,
    roughness: 0.62 })
  const inner = cloth(0x6f96a8, { bump: weave, roughness: 0.8 })
  const knit = cloth(0x5d8496, { bump: weaveBump([40, 4]), bumpScale: 1.2 })
  const tape = cloth(0x466a7b, { roughness: 0.7, sheen: 0.1 })
  const metal = steel({ color: 0xe2e6e8, roughness: 0.3 })
  const parts = []
  for (const side of [-1, 1]) {
    for (const geometry of sleeve(side)) parts.push(mesh(geometry, outer))
    parts.push(cuff(side, knit), pocket(side, tape))
  }
  for (const geometry of torso()) parts.push(mesh(geometry, outer))
  for (const geometry of piece([[-0.735, 0.16], [-0.72, 0.0]], [[0.735, 0.16], [0.72, 0.0]],
    () => 0.36, { long: 20, wide: 160 })) {
    parts.push(mesh(geometry, knit))
  }
  const logo = print(256, 256, (pen, w) => { pen.clearRect(0, 0, w, w); mark(pen, w / 2, w / 2,
    120, '#f4fafc') })
  const badge = mesh(sheet(0.2, 0.2), printed(logo, { clear: true }),
    { at: [0.36, 1.92, frontAt(0.36, 1.92) + 0.06], turn: [-0.05, 0.34, 0] })
  return group(parts, zip(metal, tape), hood(outer, inner, outer), badge)
}
