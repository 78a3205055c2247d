/** When the last media in a live playlist happened, ms since 1970: what is only announced as a gap
 *  does not count. undefined: it has no dates, or no media. Pure. */
export function readLiveEdge(text: string): number | undefined {
  let edgeMs: number | undefined
  let dateMs: number | undefined
  let partsMs = 0
  let isGap = false
  let segmentMs = 0
  for (const line of text.split('\n')) {
    if (line.startsWith('#EXT-X-PROGRAM-DATE-TIME:')) dateMs = Date.parse(line.slice(25))
    else if (line.startsWith('#EXT-X-GAP')) isGap = true
    else if (line.startsWith('#EXTINF:')) segmentMs = Number.parseFloat(line.slice(8)) * 1_000
    else if (line.startsWith('#EXT-X-PART:')) {
      partsMs += Number(/DURATION=([\d.]+)/.exec(line)?.[1] ?? 0) * 1_000
      if (dateMs !== undefined && !line.includes('GAP=YES')) edgeMs = dateMs + partsMs
    } else if (line !== '' && !line.startsWith('#')) {
      if (dateMs !== undefined && !isGap) edgeMs = dateMs + segmentMs
      dateMs = undefined
      partsMs = 0
      isGap = false
    }
  }
  return edgeMs === undefined || Number.isNaN(edgeMs) ? undefined : edgeMs
}
