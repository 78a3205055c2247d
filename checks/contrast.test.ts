import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const css = readFileSync(new URL('../ui/styles/tokens.css', import.meta.url), 'utf8')

const silverCss = readFileSync(
  new URL('../apps/room/styles/silver.css', import.meta.url), 'utf8')

/** Pairs of the first (ordinary) block: name -> [day, night]. */
const readTokens = (text: string) => [...text
  .matchAll(/--([a-z-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)/g)]
  .map(([, name, day, night]) => [name!, [day!, night!]] as const)
const tokens = new Map(readTokens(css.split('@media')[0]!))
const silver = new Map([...tokens, ...readTokens(silverCss)])

function luminance(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!
}

// WCAG 2.2, success criterion 1.4.3: (L1 + 0.05) / (L2 + 0.05).
function contrast(a: string, b: string): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x)
  return (light! + 0.05) / (dark! + 0.05)
}

const texts: readonly (readonly [string, string])[] = [
  ...['ground', 'surface', 'silk'].flatMap((ground) =>
    ['ink', 'ink-quiet', 'action-ink', 'danger-ink', 'warn-ink', 'info']
      .map((ink) => [ink, ground] as const)),
  ['on-action', 'action'], ['on-action', 'action-press'], ['on-danger', 'danger'],
  ['on-danger', 'danger-press'],
  ['ink', 'action-soft'], ['action-ink', 'action-soft'], ['ink', 'warn-soft'],
  ['warn-ink', 'warn-soft'],
  ['ink', 'danger-soft'], ['danger-ink', 'danger-soft'], ['ink', 'info-soft'],
  ['info', 'info-soft'],
]

describe.each([[0, 'day'], [1, 'night']] as const)('contrast, theme %i (%s)', (theme, _name) => {
  const colour = (name: string) => {
    const pair = tokens.get(name)
    if (!pair) throw new Error(`no token --${name}`)
    return pair[theme]
  }

  it.each(texts)('--%s on --%s is at least 4.5', (ink, ground) => {
    expect(contrast(colour(ink), colour(ground))).toBeGreaterThanOrEqual(4.5)
  })

  it.each(['ground', 'surface', 'silk'])('prices on --%s reach 7 (AAA)', (ground) => {
    expect(contrast(colour('ink'), colour(ground))).toBeGreaterThanOrEqual(7)
  })

  it.each([['line-strong', 'surface'], ['line-strong', 'ground'], ['action', 'surface'],
    ['focus', 'ground']])(
    'the edge of a control, --%s on --%s, is at least 3', (edge, ground) => {
      expect(contrast(colour(edge), colour(ground))).toBeGreaterThanOrEqual(3)
    })
})

describe.each([[0, 'day'], [1, 'night']] as const)('silver mode, theme %i (%s)', (theme, _name) => {
  it.each(texts)('--%s on --%s is at least 7 (AAA)', (ink, ground) => {
    expect(contrast(silver.get(ink)![theme], silver.get(ground)![theme])).toBeGreaterThanOrEqual(7)
  })

  it('has white on the live badge at 7', () => {
    const live = /--live: (#[0-9a-f]{6})/.exec(silverCss)![1]!
    expect(contrast('#ffffff', live)).toBeGreaterThanOrEqual(7)
  })
})
