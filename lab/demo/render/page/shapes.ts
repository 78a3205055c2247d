// Shapes that the models share. Everything is metres-free: studio.ts sizes the finished model.
import * as THREE from 'three'
import { RoundedBoxGeometry } from 'three/addons/geometries/RoundedBoxGeometry.js'

export const vec = (x, y, z) => new THREE.Vector3(x, y, z)

export const mesh = (geometry, material, place = {}) => {
  const part = new THREE.Mesh(geometry, material)
  if (place.at) part.position.set(...place.at)
  if (place.turn) part.rotation.set(...place.turn)
  if (place.scale) part.scale.set(...place.scale)
  return part
}

export const group = (...parts) => {
  const all = new THREE.Group()
  all.add(...parts.flat())
  return all
}

export const placed = (part, place) => {
  if (place.at) part.position.set(...place.at)
  if (place.turn) part.rotation.set(...place.turn)
  if (place.scale) part.scale.set(...place.scale)
  return part
}

export const box = (w, h, d, radius, segments = 6) =>
  new RoundedBoxGeometry(w, h, d, segments, radius)

/** Turns the faces of a surface away from its middle: shadows need to know which side is out. */
export const outward = (geometry, sign = 1) => {
  geometry.computeVertexNormals()
  geometry.computeBoundingBox()
  const middle = geometry.boundingBox.getCenter(vec(0, 0, 0))
  const [p, n] = [geometry.attributes.position, geometry.attributes.normal]
  let sum = 0
  for (let i = 0; i < p.count; i += 1) {
    sum += (p.getX(i) - middle.x) * n.getX(i) + (p.getY(i) - middle.y) * n.getY(i)
      + (p.getZ(i) - middle.z) * n.getZ(i)
  }
  if (sum * sign >= 0) return geometry
  const index = geometry.index.array
  for (let i = 0; i < index.length; i += 3) [index[i], index[i + 1]] = [index[i + 1], index[i]]
  geometry.computeVertexNormals()
  return geometry
}

/** A turned body. Points are [radius, height]; `smooth` draws a spline through them. */
export const lathe = (points, smooth = true, around = 96) => {
  const flat = points.map(([r, y]) => new THREE.Vector2(Math.max(r, 0.0001), y))
  if (!smooth) return outward(new THREE.LatheGeometry(flat, around))
  const curve = new THREE.SplineCurve(flat)
  const fine = curve.getPoints(points.length * 10)
    .map((p) => new THREE.Vector2(Math.max(p.x, 0.0001), p.y))
  return outward(new THREE.LatheGeometry(fine, around))
}

/** Corners of a turned profile, rounded with small arcs. */
export const roundedProfile = (points, radius, steps = 6) => {
  const out = [points[0]]
  for (let i = 1; i < points.length - 1; i += 1) {
    const [p, c, n] = [points[i - 1], points[i], points[i + 1]]
    const a = Math.hypot(p[0] - c[0], p[1] - c[1])
    const b = Math.hypot(n[0] - c[0], n[1] - c[1])
    const r = Math.min(radius, a * 0.45, b * 0.45)
    const s = [c[0] + (p[0] - c[0]) / a * r, c[1] + (p[1] - c[1]) / a * r]
    const e = [c[0] + (n[0] - c[0]) / b * r, c[1] + (n[1] - c[1]) / b * r]
    for (let k = 0; k <= steps; k += 1) {
      const t = k / steps
      out.push([0, 1].map((j) => (1 - t) ** 2 * s[j] + 2 * t * (1 - t) * c[j] + t * t * e[j]))
    }
  }
  out.push(points.at(-1))
  return out
}

export const turned = (points, radius = 0.03, around = 96) =>
  lathe(roundedProfile(points, radius), false, around)

export const curveThrough = (points, closed = false) =>
  new THREE.CatmullRomCurve3(points.map((p) => vec(...p)), closed, 'centripetal')

export const tube = (points, radius, options = {}) =>
  new THREE.TubeGeometry(curveThrough(points, options.closed), options.steps ?? 160, radius,
    options.sides ?? 20, options.closed ?? false)

/** A tube whose radius follows `radiusAt(t)` and whose section may be flattened. */
export const taperedTube = (points, radiusAt, options = {}) => {
  const [steps, sides] = [options.steps ?? 120, options.sides ?? 40]
  const curve = curveThrough(points)
  const frames = curve.computeFrenetFrames(steps, false)
  return grid(steps, sides, (u, v) => {
    const i = Math.round(u * steps)
    const p = curve.getPointAt(u)
    const a = v * Math.PI * 2
    const r = radiusAt(u, a)
    return p.addScaledVector(frames.normals[i], Math.cos(a) * r)
      .addScaledVector(frames.binormals[i], Math.sin(a) * r * (options.flat ?? 1))
  })
}

/** A surface from a function of two numbers in 0..1, with its texture coordinates. */
export const grid = (stepsU, stepsV, at) => {
  const [positions, uvs, indices] = [[], [], []]
  for (let i = 0; i <= stepsU; i += 1) {
    for (let j = 0; j <= stepsV; j += 1) {
      const p = at(i / stepsU, j / stepsV)
      positions.push(p.x, p.y, p.z)
      uvs.push(j / stepsV, i / stepsU)
    }
  }
  const row = stepsV + 1
  for (let i = 0; i < stepsU; i += 1) {
    for (let j = 0; j < stepsV; j += 1) {
      const k = i * row + j
      indices.push(k, k + 1, k + row, k + 1, k + row + 1, k + row)
    }
  }
  const geometry = new THREE.BufferGeometry()
  geometry.setAttribute('position', new THREE.Float32BufferAttribute(positions, 3))
  geometry.setAttribute('uv', new THREE.Float32BufferAttribute(uvs, 2))
  geometry.setIndex(indices)
  return outward(geometry)
}

export const extrude = (shape, depth, bevel = 0.02, segments = 4, curveSegments = 48) =>
  new THREE.ExtrudeGeometry(shape, {
    depth, bevelEnabled: bevel > 0, bevelThickness: bevel, bevelSize: bevel,
    bevelSegments: segments, curveSegments,
  })

export const roundedRect = (w, h, r) => {
  const shape = new THREE.Shape()
  const [x, y] = [-w / 2, -h / 2]
  shape.moveTo(x + r, y)
  shape.lineTo(x + w - r, y)
  shape.absarc(x + w - r, y + r, r, -Math.PI / 2, 0)
  shape.lineTo(x + w, y + h - r)
  shape.absarc(x + w - r, y + h - r, r, 0, Math.PI / 2)
  shape.lineTo(x + r, y + h)
  shape.absarc(x + r, y + h - r, r, Math.PI / 2, Math.PI)
  shape.lineTo(x, y + r)
  shape.absarc(x + r, y + r, r, Math.PI, Math.PI * 1.5)
  return shape
}

/** A flat printed sheet with texture coordinates 0..1, for labels. */
export const sheet = (w, h) => new THREE.PlaneGeometry(w, h)

/** Part of an open cylinder, for a label around a bottle. */
export const wrap = (radius, height, angle) =>
  new THREE.CylinderGeometry(radius, radius, height, 64, 1, true, -angle / 2, angle)

/** The pebble: a ball whose sides are squared by `power` (2 is a ball, 4 is nearly a box). */
export const pebble = (w, h, d, power = 2.6, steps = 72) => {
  const soft = (x) => Math.sign(x) * Math.abs(x) ** (2 / power)
  return grid(steps, steps * 2, (u, v) => {
    const [a, b] = [(u - 0.5) * Math.PI, v * Math.PI * 2]
    return vec(w / 2 * soft(Math.cos(a)) * soft(Math.cos(b)), h / 2 * soft(Math.sin(a)),
      -d / 2 * soft(Math.cos(a)) * soft(Math.sin(b)))
  })
}

/** Repeatable chance: a picture must come out the same every time it is made. */
export const chance = (seed) => {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

export const smoothstep = (a, b, x) => {
  const t = Math.min(1, Math.max(0, (x - a) / (b - a)))
  return t * t * (3 - 2 * t)
}

/** Smooth noise over space, about -1..1; the same for everyone. */
export const noise3 = (x, y, z) => {
  const cell = (i, j, k) => {
    const h = Math.sin(i * 127.1 + j * 311.7 + k * 74.7) * 43758.5453
    return (h - Math.floor(h)) * 2 - 1
  }
  const [i, j, k] = [Math.floor(x), Math.floor(y), Math.floor(z)]
  const fade = (t) => t * t * t * (t * (t * 6 - 15) + 10)
  const [u, v, w] = [fade(x - i), fade(y - j), fade(z - k)]
  const mix = (a, b, t) => a + (b - a) * t
  const face = (dk) => mix(
    mix(cell(i, j, k + dk), cell(i + 1, j, k + dk), u),
    mix(cell(i, j + 1, k + dk), cell(i + 1, j + 1, k + dk), u), v)
  return mix(face(0), face(1), w)
}
