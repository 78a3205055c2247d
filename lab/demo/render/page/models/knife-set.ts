import * as THREE from 'three'
import { box, extrude, group, mesh, placed, roundedRect } from '../shapes.ts'
import { brass, brushed, steel, wood } from '../surfaces.ts'

export const look = {
  backdrop: 0xe7e2da,
  views: [{ azimuth: -20, elevation: 14 }, { azimuth: 24, elevation: 26, fill: 0.8 }],
}

const outline = (points) => {
  const shape = new THREE.Shape()
  shape.moveTo(points[0][0], points[0][1])
  for (const p of points.slice(1)) {
    if (p.length === 2) shape.lineTo(p[0], p[1])
    else shape.bezierCurveTo(...p)
  }
  return shape
}

// Blades point down (-y); the spine is at x = 0 and the edge at positive x.
const BLADES = {
  chef: [[0, 0], [0, -1.25], [0, -1.55, 0.1, -1.78, 0.24, -1.9],
    [0.36, -1.55, 0.43, -1.0, 0.44, -0.02], [0.3, 0.0]],
  santoku: [[0, 0], [0, -0.95], [0.02, -1.2, 0.16, -1.38, 0.36, -1.44],
    [0.41, -1.1, 0.42, -0.6, 0.42, -0.02], [0.28, 0]],
  paring: [[0, 0], [0, -0.62], [0.02, -0.78, 0.08, -0.9, 0.16, -0.98],
    [0.21, -0.7, 0.23, -0.4, 0.23, -0.02], [0.17, 0]],
}

/** Grinds a flat plate into a wedge: the nearer the edge, the thinner. */
const grind = (geometry, width, thickness) => {
  const p = geometry.attributes.position
  for (let i = 0; i < p.count; i += 1) {
    const t = Math.min(1, Math.max(0, p.getX(i) / width))
    p.setZ(i, (p.getZ(i) - thickness / 2) * (1 - 0.93 * t))
  }
  geometry.computeVertexNormals()
  return geometry
}

const knife = (kind, width, handleLength, metal, handle) => {
  const thickness = 0.045
  const blade = mesh(grind(extrude(outline(BLADES[kind]), thickness, 0.002, 1), width, thickness),
    metal)
  const bevel = outline(BLADES[kind])
  const edge = mesh(grind(extrude(bevel, thickness + 0.004, 0.002, 1), width, thickness), metal)
  edge.scale.set(1, 1, 1)
  const middle = width * 0.45
  const bolster = mesh(box(0.2, 0.17, 0.15, 0.05), steel({ roughness: 0.18 }),
    { at: [middle * 0.62, 0.06, 0] })
  const grip = mesh(box(0.23, handleLength, 0.17, 0.075, 8), handle,
    { at: [middle * 0.62, 0.12 + handleLength / 2, 0] })
  const cap = mesh(box(0.2, 0.05, 0.15, 0.024), brass(),
    { at: [middle * 0.62, 0.13 + handleLength, 0] })
  const rivets = [0.25, 0.5, 0.75].map((t) => mesh(new THREE.CylinderGeometry(0.028, 0.028, 0.176,
    24), brass(0.22),
    { at: [middle * 0.62, 0.12 + handleLength * t, 0], turn: [Math.PI / 2, 0, 0] }))
  return group(blade, bolster, grip, cap, rivets)
}

export const build = () => {
  const metal = steel({ color: 0xe3e5e6, roughness: 0.3, map: brushed([1.2, 1.2], 'v'),
    anisotropy: 0.4 })
  const walnut = wood(0x7a5234, 0x3f2816, { rings: 5, seed: 8, coat: 0.3, roughness: 0.45 })
  const grip = wood(0x5b3a26, 0x2a180d, { rings: 3, seed: 4, coat: 0.45, roughness: 0.4 })
  const block = group(
    mesh(box(2.1, 2.2, 0.3, 0.05), walnut, { at: [0, 1.22, 0] }),
    mesh(box(2.3, 0.14, 0.95, 0.05), walnut, { at: [0, 0.07, 0] }))
  block.children[0].rotation.x = -0.1
  const rack = group(
    placed(knife('chef', 0.44, 0.95, metal, grip), { at: [-0.82, 2.08, 0.0] }),
    placed(knife('santoku', 0.42, 0.9, metal, grip), { at: [-0.14, 2.08, 0.0] }),
    placed(knife('paring', 0.23, 0.72, metal, grip), { at: [0.52, 2.08, 0.0] }))
  placed(rack, { at: [0, 0, 0.29], turn: [-0.1, 0, 0] })
  const board = mesh(extrude(roundedRect(1.5, 0.95, 0.12), 0.06, 0.02),
    wood(0xdcb888, 0xb78b58, { rings: 4, seed: 6, repeat: [0.6, 0.6] }),
    { at: [1.25, 0.09, 0.75], turn: [-Math.PI / 2, 0, -0.25] })
  return group(block, rack, board)
}
