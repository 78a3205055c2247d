import * as THREE from 'three'
import { box, extrude, grid, group, mesh, noise3, roundedRect, taperedTube,
  vec } from '../shapes.ts'
import { brass, leather, mark, plastic, print, printed } from '../surfaces.ts'

export const look = {
  backdrop: 0xe6d9cb,
  views: [{ azimuth: -24, elevation: 12 }, { azimuth: 34, elevation: 24, fill: 0.84 }],
}

const [W, H, D] = [2.0, 1.42, 0.62]

/** The body: a soft box, fuller in the middle and gathered towards the top. */
const body = (hide) => {
  const geometry = box(W, H, D, 0.14, 20)
  const p = geometry.attributes.position
  for (let i = 0; i < p.count; i += 1) {
    const [x, y, z] = [p.getX(i), p.getY(i), p.getZ(i)]
    const up = y / H + 0.5
    const full = 1.12 - 0.32 * up ** 1.6
    const swell = 0.05 * Math.cos(x / W * Math.PI) * Math.cos(y / H * Math.PI * 0.9)
    p.setXYZ(i, x * (1 + 0.035 * (1 - up)) + 0.012 * noise3(y * 3, z * 3, 2), y,
      z * full + Math.sign(z) * swell + 0.014 * noise3(x * 2.2, y * 2.6, 7))
  }
  geometry.computeVertexNormals()
  return mesh(geometry, hide, { at: [0, H / 2, 0] })
}

/** The flap: over the top and down the front, one sheet with a rounded lower edge. */
const flapPoint = (u, v, lift) => {
  const x = (v - 0.5) * (W * 0.985 - 0.03 * u)
  const round = 0.2 * Math.max(0, Math.abs(v - 0.5) * 2 - 0.72) ** 1.5 * 6
  const reach = 1.32 - round * 0.32
  const s = u * reach
  const back = 0.42
  const r = 0.12
  if (s < back) return vec(x, H + 0.012 + lift + 0.01 * Math.sin(v * 9), -0.2 + s)
  if (s < back + r * 1.57) {
    const a = (s - back) / r
    return vec(x, H + 0.012 - r + (r + lift) * Math.cos(a), 0.22 + (r + lift) * Math.sin(a))
  }
  const down = s - back - r * 1.57
  const swell = 0.055 * Math.sin(Math.min(1,
    down / 0.9) * Math.PI * 0.5) * Math.cos((v - 0.5) * Math.PI)
  return vec(x, H - 0.108 - down, 0.34 + lift + swell + 0.02 * down)
}

const flap = (hide, edge) => {
  const outer = grid(70, 90, (u, v) => flapPoint(u, v, 0.035))
  const inner = grid(70, 90, (u, v) => flapPoint(u, v, 0.0))
  const rimPath = []
  for (let i = 0; i <= 60; i += 1) rimPath.push(flapPoint(i / 60, 0, 0.017).toArray())
  for (let i = 1; i <= 80; i += 1) rimPath.push(flapPoint(1, i / 80, 0.017).toArray())
  for (let i = 59; i >= 0; i -= 1) rimPath.push(flapPoint(i / 60, 1, 0.017).toArray())
  const curve = new THREE.CatmullRomCurve3(rimPath.map((p) => vec(...p)))
  return group(mesh(outer, hide), mesh(inner, hide),
    mesh(new THREE.TubeGeometry(curve, 500, 0.021, 12), edge))
}

const stitches = (thread, pointAt, count) => {
  const geometry = new THREE.CapsuleGeometry(0.0075, 0.026, 4, 8)
  const parts = new THREE.InstancedMesh(geometry, thread, count)
  const [turn, matrix] = [new THREE.Quaternion(), new THREE.Matrix4()]
  for (let i = 0; i < count; i += 1) {
    const a = pointAt((i + 0.25) / count)
    const b = pointAt((i + 0.75) / count)
    turn.setFromUnitVectors(vec(0, 1, 0), b.clone().sub(a).normalize())
    matrix.compose(a.add(b).multiplyScalar(0.5), turn, vec(1, 1, 1))
    parts.setMatrixAt(i, matrix)
  }
  return parts
}

const seam = (t) => {
  const inset = 0.045
  if (t < 0.3) return flapPoint(0.2 + t / 0.3 * (0.8 - inset), inset, 0.037)
  if (t < 0.7) return flapPoint(1 - inset, inset + (t - 0.3) / 0.4 * (1 - 2 * inset), 0.037)
  return flapPoint(1 - inset - (t - 0.7) / 0.3 * (0.8 - inset), 1 - inset, 0.037)
}

const belt = (hide, edge, metal, x) => {
  const strip = (lift) => grid(60, 6, (u, v) => {
    const p = flapPoint(0.3 + u * 0.78, 0.5, lift)
    return vec(x + (v - 0.5) * 0.2, p.y, p.z + 0.01 * Math.cos(x) - 0.02 * Math.abs(x))
  })
  const at = flapPoint(0.86, 0.5, 0.11)
  const frame = new THREE.Shape(roundedRect(0.32, 0.24, 0.05).getPoints(12))
  frame.holes.push(new THREE.Path(roundedRect(0.24, 0.16, 0.03).getPoints(12)))
  return group(mesh(strip(0.085), hide), mesh(strip(0.066), edge),
    mesh(extrude(frame, 0.02, 0.012), metal, { at: [x, at.y, at.z - 0.04] }),
    mesh(new THREE.CapsuleGeometry(0.014, 0.16, 4, 12), metal, { at: [x, at.y, at.z - 0.005] }))
}

const handle = (hide, metal) => {
  const points = [[-0.5, H + 0.05, 0.02], [-0.49, H + 0.24, 0.02], [-0.3, H + 0.47, 0.02],
    [0, H + 0.53, 0.02],
    [0.3, H + 0.47, 0.02], [0.49, H + 0.24, 0.02], [0.5, H + 0.05, 0.02]]
  const rings = [-0.5, 0.5].map((x) => mesh(new THREE.TorusGeometry(0.085, 0.02, 16, 48), metal,
    { at: [x, H + 0.075, 0.02] }))
  return group(mesh(taperedTube(points, (u) => 0.05 + 0.018 * Math.sin(u * Math.PI)), hide), rings)
}

export const build = () => {
  const hide = leather(0x9c5a30, { repeat: [4, 3] })
  const small = leather(0x93542c, { repeat: [1.2, 1.2] })
  const edge = plastic(0x5a3119, 0.45)
  const thread = plastic(0xe7cfa6, 0.7)
  const metal = brass(0.2)
  const emblem = print(256, 256, (pen, w) => { pen.clearRect(0, 0, w, w); mark(pen, w / 2, w / 2,
    120, 'rgba(70,34,14,.75)') })
  const at = flapPoint(0.75, 0.5, 0.045)
  return group(body(hide), flap(hide, edge), stitches(thread, seam, 96),
    belt(small, edge, metal, -0.58), belt(small, edge, metal, 0.58), handle(small, metal),
    mesh(new THREE.PlaneGeometry(0.34, 0.34), printed(emblem, { clear: true }),
      { at: [0, at.y, at.z + 0.012] }))
}
