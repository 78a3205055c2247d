const UNITS = ['megabyte', 'gigabyte', 'terabyte'] as const

/** Bytes as people say them: at least megabytes, three figures, in decimal units like disks. */
export function sizeText(bytes: number, locale: string): string {
  let value = bytes / 1e6
  let unit = 0
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1000
    unit++
  }
  const format = { style: 'unit', unit: UNITS[unit]!, unitDisplay: 'short' } as const
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2
  return new Intl.NumberFormat(locale, { ...format, maximumFractionDigits: digits }).format(value)
}
