export type Light = 'dark' | 'good' | 'glaring'

const darkBelow = 45
const glaringAbove = 225

/** How bright a small copy of the picture is: RGBA bytes in, mean luma (BT.709) judged. */
export function judgeLight(pixels: Uint8ClampedArray | readonly number[]): Light {
  let sum = 0
  for (let at = 0; at + 3 < pixels.length; at += 4) {
    sum += 0.2126 * pixels[at]! + 0.7152 * pixels[at + 1]! + 0.0722 * pixels[at + 2]!
  }
  const mean = pixels.length < 4 ? 0 : sum / Math.floor(pixels.length / 4)
  if (mean < darkBelow) return 'dark'
  return mean > glaringAbove ? 'glaring' : 'good'
}
