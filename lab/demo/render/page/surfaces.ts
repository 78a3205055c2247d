// Textures drawn by code and the materials made of them: wood, leather, cloth, clay, metal, print.
import * as THREE from 'three'
import { chance, noise3 } from './shapes.ts'

const canvasOf = (width, height) => {
  const canvas = document.createElement('canvas')
  canvas.width = width
  canvas.height = height
  return [canvas, canvas.getContext('2d')]
}

const textureOf = (canvas, options = {}) => {
  const texture = new THREE.CanvasTexture(canvas)
  texture.wrapS = THREE.RepeatWrapping
  texture.wrapT = THREE.RepeatWrapping
  texture.anisotropy = 8
  if (options.color) texture.colorSpace = THREE.SRGBColorSpace
  if (options.repeat) texture.repeat.set(...options.repeat)
  return texture
}

/** Draws a texture pixel by pixel: `shade(u, v)` gives [r, g, b] or one grey level, 0..255. */
const pixels = (width, height, shade, options = {}) => {
  const [canvas, pen] = canvasOf(width, height)
  const image = pen.createImageData(width, height)
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const value = shade(x / width, y / height)
      const [r, g, b] = typeof value === 'number' ? [value, value, value] : value
      const k = (y * width + x) * 4
      image.data[k] = r
      image.data[k + 1] = g
      image.data[k + 2] = b
      image.data[k + 3] = 255
    }
  }
  pen.putImageData(image, 0, 0)
  return textureOf(canvas, options)
}

const rgb = (hex) => [(hex >> 16) & 255, (hex >> 8) & 255, hex & 255]
const blend = (a, b, t) => a.map((c, i) => c + (b[i] - c) * t)

export const woodTexture = (light, dark, options = {}) => {
  const [one, two] = [rgb(light), rgb(dark)]
  const s = options.seed ?? 1
  return pixels(512, 512, (u, v) => {
    const bend = noise3(u * 1.6, v * 5, s) * 0.5 + noise3(u * 4, v * 12, s) * 0.12
    const ring = Math.abs(((v * (options.rings ?? 7) + bend) % 1 + 1) % 1 - 0.5) * 2
    const pore = Math.max(0, noise3(u * 18, v * 260, s + 3)) ** 2
    const fibre = noise3(u * 8, v * 150, s + 9) * 0.12
    const t = Math.min(1, Math.max(0, ring ** 1.7 * 0.62 + fibre + pore * 0.45 + 0.1))
    return blend(one, two, t)
  }, { color: true, repeat: options.repeat ?? [1, 1] })
}

export const wood = (light, dark, options = {}) => new THREE.MeshPhysicalMaterial({
  map: woodTexture(light, dark, options), roughness: options.roughness ?? 0.55,
  specularIntensity: 0.5, clearcoat: options.coat ?? 0.12, clearcoatRoughness: 0.45,
})

/** Leather's pebbles: distance to the nearest of many scattered points. */
export const leatherBump = (repeat = [3, 3], cells = 46) => {
  const random = chance(11)
  const seeds = Array.from({ length: cells * cells }, () => [random(), random()])
  return pixels(512, 512, (u, v) => {
    const [x, y] = [u * cells, v * cells]
    const [i, j] = [Math.floor(x), Math.floor(y)]
    let [first, second] = [9, 9]
    for (let a = -1; a <= 1; a += 1) {
      for (let b = -1; b <= 1; b += 1) {
        const [cx, cy] = [(i + a + cells) % cells, (j + b + cells) % cells]
        const [sx, sy] = seeds[cy * cells + cx]
        const d = Math.hypot(i + a + sx - x, j + b + sy - y)
        if (d < first) { second = first; first = d } else if (d < second) second = d
      }
    }
    return 60 + 190 * Math.min(1, (second - first) * 1.9) ** 0.6
  }, { repeat })
}

export const leather = (color, options = {}) => new THREE.MeshPhysicalMaterial({
  color, roughness: options.roughness ?? 0.52, bumpMap: leatherBump(options.repeat ?? [3, 3]),
  bumpScale: options.bump ?? 1.4, specularIntensity: 0.6, sheen: 0.25, sheenRoughness: 0.5,
  sheenColor: new THREE.Color(color).lerp(new THREE.Color(0xffffff), 0.35), side: THREE.DoubleSide,
})

export const weaveBump = (repeat = [30, 30]) => pixels(64, 64, (u, v) => {
  const over = (Math.floor(u * 4) + Math.floor(v * 4)) % 2 === 0
  const [a, b] = over ? [u, v] : [v, u]
  return 120 + 100 * Math.abs(Math.sin(a * 4 * Math.PI)) * (0.6 +
    0.4 * Math.abs(Math.cos(b * 4 * Math.PI)))
}, { repeat })

export const grainBump = (scale = 60, repeat = [2, 2]) => pixels(256, 256, (u, v) =>
  128 + 60 * noise3(u * scale, v * scale, 2) + 50 * noise3(u * scale * 2.1, v * scale * 2.1, 5),
{ repeat })

/** Brushed metal: fine long scratches in one direction. */
export const brushed = (repeat = [1, 1], along = 'u') => pixels(512, 512, (u, v) => {
  const [a, b] = along === 'u' ? [u, v] : [v, u]
  return 150 + 46 * noise3(a * 3, b * 260, 4) + 30 * noise3(a * 7, b * 420, 8)
}, { repeat })

export const steel = (options = {}) => new THREE.MeshPhysicalMaterial({
  color: options.color ?? 0xdadcdd, metalness: 1, roughness: options.roughness ?? 0.28,
  roughnessMap: options.map ?? null, anisotropy: options.anisotropy ?? 0,
})

export const brass = (roughness = 0.26) => new THREE.MeshPhysicalMaterial({
  color: 0xd9b36a, metalness: 1, roughness,
})

export const plastic = (color, roughness = 0.42, options = {}) => new THREE.MeshPhysicalMaterial({
  color, roughness, specularIntensity: 0.7, ...options,
})

export const painted = (color, options = {}) => new THREE.MeshPhysicalMaterial({
  color, roughness: 0.5, clearcoat: options.coat ?? 0.35, clearcoatRoughness: 0.3,
  bumpMap: options.bump ?? null, bumpScale: 0.35, map: options.map ?? null,
})

export const glass = (options = {}) => new THREE.MeshPhysicalMaterial({
  color: options.color ?? 0xffffff, roughness: options.roughness ?? 0.04, metalness: 0,
  transmission: 1, thickness: options.thickness ?? 0.08, ior: 1.48,
    side: options.side ?? THREE.FrontSide,
  attenuationColor: new THREE.Color(options.tint ?? 0xffffff),
  attenuationDistance: options.distance ?? 4, specularIntensity: 1,
})

export const cloth = (color, options = {}) => new THREE.MeshPhysicalMaterial({
  color, map: options.map ?? null, roughness: options.roughness ?? 0.8, side: THREE.DoubleSide,
  sheen: options.sheen ?? 0.5, sheenRoughness: options.sheenRoughness ?? 0.5,
  sheenColor: new THREE.Color(options.sheenColor ?? 0xffffff), specularIntensity: 0.35,
  bumpMap: options.bump ?? null, bumpScale: options.bumpScale ?? 0.6,
})

/** A printed face: `paint(pen, width, height)` draws on a canvas. */
export const print = (width, height, paint) => {
  const [canvas, pen] = canvasOf(width, height)
  pen.textBaseline = 'alphabetic'
  paint(pen, width, height)
  return textureOf(canvas, { color: true })
}

export const printed = (texture, options = {}) => new THREE.MeshPhysicalMaterial({
  map: texture, transparent: options.clear ?? false, roughness: options.roughness ?? 0.6,
  metalness: options.metalness ?? 0, specularIntensity: 0.5, side: options.side ?? THREE.FrontSide,
  polygonOffset: true, polygonOffsetFactor: -1, polygonOffsetUnits: -1,
  depthWrite: !(options.clear ?? false),
})

/** The house mark: a lantern between two threads. Drawn, not a font. */
export const mark = (pen, x, y, size, color) => {
  pen.save()
  pen.translate(x, y)
  pen.scale(size, size)
  pen.strokeStyle = color
  pen.lineWidth = 0.07
  pen.lineCap = 'round'
  pen.beginPath()
  pen.ellipse(0, 0, 0.42, 0.34, 0, 0, Math.PI * 2)
  pen.moveTo(-0.2, -0.4); pen.lineTo(0.2, -0.4)
  pen.moveTo(-0.2, 0.4); pen.lineTo(0.2, 0.4)
  pen.moveTo(0, -0.4); pen.lineTo(0, -0.66)
  pen.moveTo(0, 0.4); pen.lineTo(0, 0.7)
  pen.moveTo(0, -0.34); pen.bezierCurveTo(-0.24, -0.15, -0.24, 0.15, 0, 0.34)
  pen.moveTo(0, -0.34); pen.bezierCurveTo(0.24, -0.15, 0.24, 0.15, 0, 0.34)
  pen.stroke()
  pen.restore()
}

export const words = (pen, text, x, y, size, options = {}) => {
  pen.font = `${options.weight ?? 500} ${size}px Inter, sans-serif`
  pen.fillStyle = options.color ?? '#2b2a2f'
  pen.textAlign = options.align ?? 'center'
  pen.letterSpacing = `${options.spacing ?? 0}px`
  pen.fillText(text, x, y)
}
