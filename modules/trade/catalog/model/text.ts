// Control characters but for line feed: PostgreSQL refuses NUL, screens show the rest as rubbish.
// oxlint-disable-next-line no-control-regex -- they are what is looked for
const CONTROLS = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g

/** Text as it is kept: well-formed, composed, without control characters, trimmed. */
export const cleanText = (text: string): string => text.replaceAll('\r\n', '\n')
  .toWellFormed().replace(CONTROLS, ' ').normalize('NFC').trim()

export const cleanLine = (text: string): string =>
  cleanText(text).replace(/\s+/g, ' ')

/** Spreadsheets run cells that begin so: kept as text here, but worth a note. */
export const looksLikeFormula = (text: string): boolean => /^[=+\-@\t\r]/.test(text)

const HANDLE_LENGTH = 100

/** `Tè verde "Sencha"` -> `te-verde-sencha`; empty when nothing Latin is left. */
export const slugOf = (text: string): string => text.normalize('NFKD')
  .replace(/\p{M}+/gu, '').toLowerCase().replaceAll('ß', 'ss').replaceAll('æ', 'ae')
  .replaceAll('ø', 'o').replaceAll('ł', 'l').replaceAll('đ', 'd').replaceAll('ı', 'i')
  .replace(/[^a-z0-9]+/g, '-').slice(0, HANDLE_LENGTH).replace(/^-+|-+$/g, '')

/** GTIN-8, 12, 13 or 14 with the right check digit (GS1 General Specifications, section 7.9.1). */
export function isGtin(text: string): boolean {
  if (!/^(\d{8}|\d{12,14})$/.test(text)) return false
  const digits = [...text].map(Number).toReversed()
  const sum = digits.slice(1).reduce((all, digit, at) => all + digit * (at % 2 === 0 ? 3 : 1), 0)
  return (10 - (sum % 10)) % 10 === digits[0]
}
