const NAMED: Readonly<Record<string, string>> = {
  amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ', ndash: '–', mdash: '—',
  hellip: '…', lsquo: '‘', rsquo: '’', ldquo: '“', rdquo: '”', bull: '•', middot: '·',
  deg: '°', times: '×', euro: '€', pound: '£', copy: '©', reg: '®', trade: '™', frac12: '½',
  auml: 'ä', ouml: 'ö', uuml: 'ü', Auml: 'Ä', Ouml: 'Ö', Uuml: 'Ü', szlig: 'ß', eacute: 'é',
  egrave: 'è', agrave: 'à', ccedil: 'ç', ntilde: 'ñ',
}
const BREAKS = new Set([
  'br', 'p', 'div', 'li', 'ul', 'ol', 'tr', 'table', 'section', 'article', 'blockquote', 'hr',
  'h1', 'h2', 'h3', 'h4', 'h5', 'h6',
])
/** What stands between these tags is no text for people. */
const SILENT = new Set(['script', 'style', 'template', 'noscript', 'iframe', 'object', 'svg'])

function decodeEntity(name: string): string | undefined {
  if (!name.startsWith('#')) return Object.hasOwn(NAMED, name) ? NAMED[name] : undefined
  const isHex = /^#x/i.test(name)
  const code = Number.parseInt(name.slice(isHex ? 2 : 1), isHex ? 16 : 10)
  const isChar = code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff)
  return isChar ? String.fromCodePoint(code) : '\ufffd'
}

const decode = (text: string): string =>
  text.replace(/&(#x[0-9a-f]{1,6}|#\d{1,7}|[a-z][a-z0-9]{1,9});/gi,
    (whole, name: string) => decodeEntity(name) ?? whole)

interface Tag { readonly name: string; readonly end: number }

/** The tag that begins at `from`, or undefined when `<` is only a sign. */
function readTag(html: string, from: number): Tag | undefined {
  if (html.startsWith('<!--', from)) {
    const close = html.indexOf('-->', from + 4)
    return { name: '', end: close < 0 ? html.length : close + 3 }
  }
  const name = /^<[/!?]?([a-z][a-z0-9]{0,20})?/i.exec(html.slice(from, from + 30))
  if (!name || (name[1] === undefined && !/^<[/!?]/.test(name[0]))) return undefined
  const close = html.indexOf('>', from)
  const isEnd = html[from + 1] === '/'
  return {
    name: `${isEnd ? '/' : ''}${(name[1] ?? '').toLowerCase()}`,
    end: close < 0 ? html.length : close + 1,
  }
}

/** Where the text behind a silent element goes on. */
function skipSilent(html: string, lower: string, tag: Tag): number {
  if (!SILENT.has(tag.name)) return tag.end
  const close = lower.indexOf(`</${tag.name}`, tag.end)
  if (close < 0) return html.length
  const end = html.indexOf('>', close)
  return end < 0 ? html.length : end + 1
}

/** The words of a piece of HTML: tags gone, paragraphs as lines, list points with a bullet. */
export function htmlToText(html: string): string {
  const lower = html.toLowerCase()
  const safe = lower.length === html.length ? lower : html
  const parts: string[] = []
  let at = 0
  while (at < html.length) {
    const open = html.indexOf('<', at)
    if (open < 0) break
    parts.push(decode(html.slice(at, open)).replace(/\s+/g, ' '))
    const tag = readTag(html, open)
    if (!tag) {
      parts.push('<')
      at = open + 1
      continue
    }
    if (BREAKS.has(tag.name.replace('/', ''))) parts.push('\n')
    if (tag.name === 'li') parts.push('• ')
    at = skipSilent(html, safe, tag)
  }
  if (at < html.length) parts.push(decode(html.slice(at)).replace(/\s+/g, ' '))
  return parts.join('').split('\n').map((line) => line.replace(/\s+/g, ' ').trim())
    .filter((line) => line !== '' && line !== '•').join('\n')
}
