import { chatLimits, type ChatRefusal } from './contract.ts'

// Characters that turn the reading direction of what follows, control characters, and characters
// that show nothing. Joiners stay: Persian, Hindi and family emoji need them.
const TURNING = /[\u202a-\u202e\u2066-\u2069]/gu
const CONTROL = /[\p{Cc}\p{Co}\ufffe\uffff]/gu
const INVISIBLE = new RegExp('[\\u00ad\\u180e\\u200b\\u2060-\\u2064\\u206a-\\u206f\\ufeff'
  + '\\ufff9-\\ufffb\\u{e0000}-\\u{e007f}]', 'gu')
const BLANK = /[\s\u115f\u1160\u2800\u3164\uffa0]+/gu
const JOINERS = new RegExp('([\\u200c\\u200d])[\\u200c\\u200d]+', 'gu')
const MARK_FLOOD = /(\p{M}{4})\p{M}+/gu
const VISIBLE = /[\p{L}\p{N}\p{P}\p{S}]/u

const windowMs = 10_000

/** What a person typed, as it is kept and shown: one line, nothing that hides or turns text. */
export function cleanText(text: string): string {
  return text.toWellFormed().normalize('NFC')
    .replace(TURNING, '').replace(INVISIBLE, '').replace(BLANK, ' ').replace(CONTROL, '')
    .replace(JOINERS, '$1').replace(MARK_FLOOD, '$1').replace(/ {2,}/g, ' ').trim()
}

/** The line as it may be said, or why not. Length is counted in characters, not in UTF-16 units. */
export function readLine(typed: string): { text: string } | { code: ChatRefusal } {
  // Eight times the limit leaves room for what cleaning takes away, and bounds the work.
  if (typed.length > chatLimits.textLength * 8) return { code: 'stage.chat.too_long' }
  const text = cleanText(typed)
  if (!VISIBLE.test(text)) return { code: 'stage.chat.empty' }
  if ([...text].length > chatLimits.textLength) return { code: 'stage.chat.too_long' }
  return { text }
}

/** When the last lines were said, oldest first. The new state, or the seconds to wait. */
export function maySpeak(said: readonly number[], nowMs: number):
  { said: number[] } | { waitSeconds: number } {
  const recent = said.filter((atMs) => nowMs - atMs < windowMs && atMs <= nowMs)
  if (recent.length < chatLimits.perPersonPer10Seconds) return { said: [...recent, nowMs] }
  return { waitSeconds: Math.max(1, Math.ceil((recent[0]! + windowMs - nowMs) / 1000)) }
}
