import { renderSVG } from 'uqr'
import { escapeHtml } from '../pages/html.ts'
import type { Locale } from '../pages/visitor.ts'
import { sayIn, type Say } from './words.ts'

export interface TrustFacts {
  /** Where the phone came to: an address or a name of this machine. */
  readonly hostname: string
  /** Where another phone would come to; undefined when this machine is in no network. */
  readonly lan: string | undefined
  readonly httpsPort: number
  readonly trustPort: number
  readonly locale: Locale
  readonly userAgent: string
  /** The page was asked for over HTTPS. */
  readonly isSecure: boolean
  readonly authority: string
  readonly fingerprint: string
  /** Names that the authority may vouch for; undefined when it may vouch for any. */
  readonly names: readonly string[] | undefined
}

/** How many steps each kind of device takes. */
const DEVICES = { ios: 3, android: 3, windows: 3, mac: 2, chrome: 2, firefox: 2 } as const
type Device = keyof typeof DEVICES

const LANGUAGES: readonly (readonly [Locale, string])[] =
  [['en', 'English'], ['zh-Hans', '简体中文'], ['ar', 'العربية']]

/** The kind that a browser says it runs on: a guess that only decides what stands open. */
export function deviceOf(userAgent: string): Device {
  if (/iPhone|iPad|iPod/.test(userAgent)) return 'ios'
  if (/Android/.test(userAgent)) return 'android'
  if (/Firefox\//.test(userAgent)) return 'firefox'
  if (/Windows/.test(userAgent)) return 'windows'
  return /Macintosh/.test(userAgent) ? 'mac' : 'chrome'
}

export const secureOrigin = ({ hostname, httpsPort }: TrustFacts): string =>
  `https://${hostname}:${httpsPort}`

function deviceSteps(t: Say, device: Device, facts: TrustFacts, isOpen: boolean): string {
  const { authority } = facts
  const steps = Array.from({ length: DEVICES[device] }, (_none, at) =>
    `<li>${escapeHtml(t(`trust.${device}.${at + 1}`, { authority }))}</li>`)
  return `<details${isOpen ? ' open' : ''}><summary>${escapeHtml(t(`trust.${device}`))}</summary>
<ol>${steps.join('')}</ol>
<p class="quiet">${escapeHtml(t(`trust.${device}.undo`, { authority }))}</p></details>`
}

function check(t: Say, facts: TrustFacts): string {
  const say = (id: string) => escapeHtml(t(id))
  // Without scripts the link is the check: it opens without a warning, or it does not.
  const words = facts.isSecure ? `<p>${say('trust.check.here')}</p>`
    : `<p role="status" id="check" hidden data-url="${secureOrigin(facts)}/trust/check"
data-yes="${say('trust.check.yes')}" data-no="${say('trust.check.no')}"
>${say('trust.check.asking')}</p>`
  return `<div class="check">${words}
<p><a class="link" href="${secureOrigin(facts)}/studio">${say('trust.open')}</a></p></div>`
}

/** 8 bytes a line, as the terminal shows them. */
const fingerprintLines = (fingerprint: string): string =>
  (fingerprint.match(/.{1,24}/g) ?? []).map((line) => `<span>${line}</span>`).join('')

function languages(facts: TrustFacts, t: Say): string {
  const links = LANGUAGES.map(([locale, name]) => locale === facts.locale
    ? `<span aria-current="true">${name}</span>`
    : `<a href="/trust?lang=${locale}" lang="${locale}" hreflang="${locale}">${name}</a>`)
  return `<nav aria-label="${escapeHtml(t('trust.languages'))}">${links.join(' ')}</nav>`
}

function meaning(t: Say, { names }: TrustFacts): string {
  const scope = names ? t('trust.means.narrow', { names: names.join(', ') })
    : t('trust.means.wide')
  return `<h2>${escapeHtml(t('trust.means'))}</h2>
<p>${escapeHtml(scope)}</p><p>${escapeHtml(t('trust.means.you'))}</p>`
}

function otherPhone(t: Say, { hostname, trustPort, lan }: TrustFacts): string {
  const isHere = /^(localhost|.*\.localhost|127\..*|\[::1\])$/.test(hostname)
  const host = isHere ? lan : hostname
  if (host === undefined) return ''
  const url = `http://${host}:${trustPort}/trust`
  const picture = renderSVG(url, { border: 2, ecc: 'M' })
  return `<section class="other"><h2>${escapeHtml(t('trust.other'))}</h2>
<div class="qr" role="img" aria-label="${url}">${picture}</div>
<p class="quiet"><bdi>${url}</bdi></p></section>`
}

/** The page that tells a device how to trust this house. Needs no script. */
export function renderTrustPage(facts: TrustFacts): string {
  const t = sayIn(facts.locale)
  const say = (id: string) => escapeHtml(t(id))
  const { authority, locale } = facts
  const mine = deviceOf(facts.userAgent)
  const all = Object.keys(DEVICES) as Device[]
  const ordered = [mine, ...all.filter((device) => device !== mine)]
  const title = escapeHtml(t('trust.title', { host: facts.hostname }))
  return `<!doctype html>
<html lang="${locale}" dir="${locale === 'ar' ? 'rtl' : 'ltr'}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="/trust/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/trust/look.css">
<script src="/trust/check.js" defer></script>
</head>
<body>
<main>
${languages(facts, t)}
<h1>${title}</h1>
<p>${say('trust.why')}</p>
${check(t, facts)}
<h2>${say('trust.get')}</h2>
<p><a class="button" href="/trust/ca.crt" download="silkcast-authority.crt"
>${say('trust.download')}</a></p>
<h2>${say('trust.compare')}</h2>
<p>${say('trust.compare.how')}</p>
<p class="quiet" id="of">${escapeHtml(t('trust.fingerprint', { authority }))}</p>
<p class="fingerprint" aria-labelledby="of" dir="ltr">${fingerprintLines(facts.fingerprint)}</p>
<h2>${say('trust.steps')}</h2>
${ordered.map((device) => deviceSteps(t, device, facts, device === mine)).join('\n')}
${meaning(t, facts)}
${otherPhone(t, facts)}
</main>
</body>
</html>
`
}
