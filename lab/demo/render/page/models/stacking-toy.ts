import { mesh, group, turned, lathe, box } from '../shapes.ts'
import { grainBump, painted, wood } from '../surfaces.ts'

export const look = {
  backdrop: 0xf1e3d3,
  views: [{ azimuth: 18, elevation: 13 }, { azimuth: -32, elevation: 30, fill: 0.8 }],
}

const ring = (radius, thick, material, y) => {
  const hole = 0.17
  const profile = []
  for (let i = 0; i <= 40; i += 1) {
    const a = (i / 40) * Math.PI * 2
    const middle = (radius + hole) / 2
    const half = (radius - hole) / 2
    const squash = (x) => Math.sign(x) * Math.abs(x) ** 0.72
    profile.push([middle + half * squash(Math.cos(a)), y + thick / 2 * squash(Math.sin(a))])
  }
  return mesh(lathe(profile, false, 128), material)
}

export const build = () => {
  const grain = grainBump(18, [3, 1])
  const beech = wood(0xe9cfa4, 0xc79a63, { rings: 9 })
  const base = mesh(turned([[0, 0], [1.0, 0], [1.02, 0.1], [0.94, 0.2], [0, 0.2]], 0.06), beech)
  const pole = mesh(turned([[0, 0.2], [0.12, 0.2], [0.11, 2.25], [0, 2.25]], 0.03), beech)
  const colors = [0x3f7d6e, 0xdb9a3f, 0xc4614a, 0x6d92ad, 0xe6c9a8]
  const rings = colors.map((color, i) =>
    ring(0.92 - i * 0.105, 0.36 - i * 0.01, painted(color, { bump: grain }), 0.385 + i * 0.355))
  const ball = mesh(lathe([[0.001, 2.0], [0.2, 2.03], [0.33, 2.2], [0.34, 2.36], [0.25, 2.53],
    [0.1, 2.62], [0.001, 2.63]]), beech)
  const loose = ring(0.5, 0.33, painted(0xb9c8a4, { bump: grain }), 0)
  loose.rotation.set(Math.PI / 2 - 0.1, 0.0, 0.5)
  loose.position.set(1.32, 0.5, 0.62)
  const block = mesh(box(0.46, 0.46, 0.46, 0.05), wood(0xe4c595, 0xbf9158, { rings: 4, seed: 5 }),
    { at: [-1.22, 0.23, 0.75], turn: [0, 0.5, 0] })
  return group(base, pole, rings, ball, loose, block)
}
