/** What the process with the viewers is asked, one at a time. */
export type ViewersAsk =
  | {
    readonly join: {
      readonly whep: number
      readonly hls: number
      readonly whepUrl: string
      readonly hlsPort: number
      /** Path of the show, e.g. `/media/sho_...`. */
      readonly hlsBase: string
    }
  }
  | { readonly begin: true }
  | { readonly read: true }
  | { readonly leave: true }

export interface Seen {
  readonly viewers: number
  /** The worst of all viewers. */
  readonly longestGapMs: number
  readonly medianLongestGapMs: number
  /** Viewers with a gap of more than a second. */
  readonly frozen: number
  readonly freezes: number
}

export interface ViewersResult {
  readonly seconds: number
  readonly cpuSeconds: number
  readonly whep: Seen
  readonly hls: Seen
  readonly packets: number
  readonly lost: number
  readonly frames: number
  readonly parts: number
  readonly bytes: number
  readonly refused: number
  readonly ended: number
  readonly failures: readonly string[]
}
