import { useWords, type WordId } from '../words.ts'
import type { Alert } from './alerts.ts'

const hasOwnFix = ['stage.media.codec_not_supported', 'stage.media.bitrate_too_high']

/** An alert in words: what happened, and what to do about it. */
export function useAlertText(): (alert: Alert) => { title: string, text: string } {
  const words = useWords()
  return ({ kind, values }) => {
    const shown = Object.fromEntries(Object.entries(values).map(([name, value]) => [name,
      name === 'share' ? words.percent(Number(value))
      : name === 'country' ? words.country(String(value))
      : typeof value === 'number' ? words.number(value) : value]))
    if (kind !== 'problem') {
      return {
        title: words.t(`studio.alert.${kind}` as WordId, shown),
        text: words.t(`studio.alert.${kind}.text` as WordId, shown),
      }
    }
    const code = String(values['code'])
    const sentence = words.refusal({ code })
    const fix = hasOwnFix.includes(code) ? ` ${words.t(`studio.fix.${code}` as WordId)}` : ''
    return { title: words.t('studio.alert.problem'), text: sentence + fix }
  }
}
