/** Values of a label, bounded in number, length and characters: whatever comes, a registry never
 *  holds more than so many. The rest is `other`. */
export function makeLabels(most: number): (value: string) => string {
  const known = new Set<string>()
  return (value) => {
    if (known.has(value)) return value
    if (known.size >= most || !/^[\x21-\x7e]{1,100}$/.test(value)) return 'other'
    known.add(value)
    return value
  }
}
