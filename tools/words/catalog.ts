import { compileMessageOrThrow } from '@lingui/message-utils/compileMessage'

export type Compiled = ReturnType<typeof compileMessageOrThrow>
/** id -> sentence in ICU message format. */
export type Catalog = Readonly<Record<string, string>>

const ACCENTS: Readonly<Record<string, string>> = {
  a: 'á', b: 'ƀ', c: 'ç', d: 'đ', e: 'é', f: 'ƒ', g: 'ğ', h: 'ĥ', i: 'í', j: 'ĵ', k: 'ķ', l: 'ļ',
  m: 'ɱ', n: 'ñ', o: 'ö', p: 'þ', r: 'ř', s: 'š', t: 'ţ', u: 'ü', v: 'ṽ', w: 'ŵ', x: 'ẋ', y: 'ý',
  z: 'ž', A: 'Å', B: 'Ɓ', C: 'Ç', D: 'Đ', E: 'É', G: 'Ğ', H: 'Ĥ', I: 'Í', L: 'Ļ', N: 'Ñ', O: 'Ö',
  P: 'Þ', R: 'Ř', S: 'Š', T: 'Ţ', U: 'Ü', W: 'Ŵ', Y: 'Ý', Z: 'Ž',
}
const LONGER = 0.4

const accent = (text: string) => text.replace(/[a-zA-Z]/g, (letter) => ACCENTS[letter] ?? letter)

/** Sentences in the pseudo-locale are accented, 40 % longer and in brackets: what is cut off, left
 *  untranslated or glued together shows at once. */
function pseudo(tokens: Compiled, source: string): Compiled {
  const padding = '·'.repeat(Math.ceil(source.length * LONGER))
  return ['[', ...tokens, `${padding}]`]
}

export function parseCatalog(text: string, path: string): Catalog {
  const parsed: unknown = JSON.parse(text)
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new Error(`${path} is not an object of sentences`)
  }
  for (const [id, sentence] of Object.entries(parsed)) {
    if (typeof sentence !== 'string') throw new Error(`${path}: ${id} is not a sentence`)
  }
  return parsed as Catalog
}

export function compileSentence(sentence: string, isPseudo = false): Compiled {
  if (!isPseudo) return compileMessageOrThrow(sentence)
  return pseudo(compileMessageOrThrow(sentence, accent), sentence)
}

/** What the runtime loads instead of ICU text: no parser in the browser. */
export function compileCatalog(catalog: Catalog, isPseudo = false): Record<string, Compiled> {
  return Object.fromEntries(Object.entries(catalog).map(([id, sentence]) => {
    try {
      return [id, compileSentence(sentence, isPseudo)]
    } catch (error) {
      throw new Error(`${id}: ${(error as Error).message}`, { cause: error })
    }
  }))
}

export interface IcuShape {
  /** `name` or `name:plural`. */
  readonly args: ReadonlySet<string>
  /** The forms of every plural in it. */
  readonly plurals: readonly ReadonlySet<string>[]
}

/** Arguments and plural forms of a sentence, to compare languages. */
export function icuShape(sentence: string): IcuShape {
  const args = new Set<string>()
  const plurals: Set<string>[] = []
  const visit = (tokens: Compiled) => {
    for (const token of tokens) {
      if (typeof token === 'string') continue
      const [name, type, format] = token
      args.add(type ? `${name}:${type}` : name)
      if (typeof format !== 'object' || format === null) continue
      const cases = Object.entries(format).filter(([key]) => key !== 'offset')
      if (type === 'plural') plurals.push(new Set(cases.map(([key]) => key)))
      if (type === 'plural' || type === 'select' || type === 'selectordinal') {
        for (const [, below] of cases) visit(below as Compiled)
      }
    }
  }
  visit(compileMessageOrThrow(sentence))
  return { args, plurals }
}
