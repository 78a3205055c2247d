import * as THREE from 'three'
import { grid, group, lathe, mesh, smoothstep, vec } from '../shapes.ts'
import { brass, print, wood } from '../surfaces.ts'

export const look = {
  backdrop: 0xece2dc,
  views: [{ azimuth: -14, elevation: 6 }, { azimuth: 24, elevation: 16, fill: 0.9 }],
}

const petal = (pen, length, width) => {
  pen.beginPath()
  pen.moveTo(0, 0)
  pen.bezierCurveTo(width, -length * 0.3, width * 0.8, -length * 0.8, 0, -length)
  pen.bezierCurveTo(-width * 0.8, -length * 0.8, -width, -length * 0.3, 0, 0)
  pen.fill()
}

const flower = (pen, x, y, size, turn, colors) => {
  pen.save()
  pen.translate(x, y)
  pen.rotate(turn)
  for (let ring = 0; ring < 3; ring += 1) {
    pen.fillStyle = colors[ring]
    for (let i = 0; i < 6; i += 1) {
      pen.rotate(Math.PI / 3)
      petal(pen, size * (1 - ring * 0.28), size * (0.34 - ring * 0.07))
    }
    pen.rotate(0.52)
  }
  pen.fillStyle = '#e6c277'
  pen.beginPath(); pen.arc(0, 0, size * 0.13, 0, 7); pen.fill()
  pen.restore()
}

const branch = (pen, x, y, size, turn) => {
  pen.save()
  pen.translate(x, y)
  pen.rotate(turn)
  pen.strokeStyle = '#2d6a58'
  pen.lineWidth = 5
  pen.beginPath(); pen.moveTo(0, 0); pen.quadraticCurveTo(size * 0.5, -size * 0.3, size,
    -size * 0.1); pen.stroke()
  pen.fillStyle = '#3f8a72'
  for (let i = 1; i < 6; i += 1) {
    pen.save()
    pen.translate(size * i / 6, -size * 0.16)
    pen.rotate(i % 2 ? 0.6 : 2.2)
    petal(pen, size * 0.3, size * 0.08)
    pen.restore()
  }
  pen.restore()
}

const pattern = () => print(1024, 2048, (pen, w, h) => {
  const ground = pen.createLinearGradient(0, 0, 0, h)
  ground.addColorStop(0, '#f3e7d6'); ground.addColorStop(1, '#efdccb')
  pen.fillStyle = ground
  pen.fillRect(0, 0, w, h)
  const tones = [['#c2566a', '#d98592', '#f0c2c2'], ['#d98f4e', '#e8b47e', '#f6dcb8'],
    ['#8d6fa8', '#b199c6', '#dccbe6']]
  for (let row = 0; row < 6; row += 1) {
    for (let col = 0; col < 3; col += 1) {
      const [x, y] = [170 + col * 342 + (row % 2 ? 60 : -40), 190 + row * 335]
      branch(pen, x + 60, y + 40, 190, row + col * 1.7)
      branch(pen, x - 40, y - 50, 160, row * 2.1 + col + 2.6)
      flower(pen, x, y, 118 - ((row + col) % 3) * 22, row * 0.7 + col, tones[(row + col) % 3])
    }
  }
  pen.strokeStyle = '#14614d'
  pen.lineWidth = 74
  pen.strokeRect(37, 37, w - 74, h - 74)
  pen.strokeStyle = '#e1c27c'
  pen.lineWidth = 8
  pen.strokeRect(92, 92, w - 184, h - 184)
  pen.strokeRect(20, 20, w - 40, h - 40)
})

/** Cloth hung over a rail: pleats gathered at the rail, opening and swaying as they fall. */
const hang = (options) => grid(150, 260, (u, v) => {
  const { drop, back, width, phase } = options
  const length = u * (drop + back + 0.16)
  const onFront = length - back - 0.16
  const fall = onFront > 0 ? onFront : Math.max(0, back - length)
  const side = onFront > 0 ? 1 : -1
  const open = smoothstep(0, 1.5, fall)
  const x = (v - 0.5) * width * (0.8 + 0.2 * open)
  const wander = 0.22 * Math.sin(fall * 1.1 + phase) + 0.12 * Math.sin(v * 7 + fall * 0.6)
  const folds = Math.sin(v * 23 + phase + wander) * 0.6 +
    Math.sin(v * 11.5 + 1.3 * phase - wander * 2) * 0.5
  const depth = (0.028 + 0.085 * open) * folds
  const sway = 0.06 * Math.sin(fall * 1.25 + phase) * open + 0.05 * Math.sin(v * 23 + 1.6) * open
  const r = 0.075
  if (length > back && onFront < 0) {
    const a = Math.PI * (1 - (length - back) / 0.16)
    return vec(x, Math.sin(a) * (r + 0.02 * folds * 0.4), Math.cos(a) * r + depth * 0.3)
  }
  const lower = 0.06 * Math.sin(v * Math.PI) + 0.02 * folds
  return vec(x + sway, -fall - (fall / drop) * lower, side * r + depth + 0.05 * open * side)
})

export const build = () => {
  const silk = new THREE.MeshPhysicalMaterial({
    map: pattern(), roughness: 0.38, side: THREE.DoubleSide, sheen: 0.7, sheenRoughness: 0.32,
    sheenColor: new THREE.Color(0xfff4e6), specularIntensity: 0.75, anisotropy: 0.6,
  })
  const beech = wood(0xd9b98a, 0xa97c4c, { rings: 3, seed: 2 })
  const scarf = mesh(hang({ drop: 2.35, back: 1.7, width: 1.72, phase: 0.6 }), silk,
    { at: [0, 2.62, 0] })
  const rail = mesh(new THREE.CylinderGeometry(0.055, 0.055, 2.5, 32), beech,
    { at: [0, 2.62, 0], turn: [0, 0, Math.PI / 2] })
  const posts = [-1.16, 1.16].map((x) => group(
    mesh(new THREE.CylinderGeometry(0.04, 0.045, 2.66, 32), beech, { at: [x, 1.33, 0] }),
    mesh(lathe([[0.001, 0.1], [0.05, 0.1], [0.3, 0.06], [0.32, 0.02], [0.3, 0], [0.001, 0]]),
      beech, { at: [x, 0, 0] }),
    mesh(new THREE.SphereGeometry(0.065, 32, 24), brass(), { at: [x, 2.7, 0] })))
  return group(scarf, rail, posts)
}
