const entities: Record<string, string> = {
  '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;',
}

/** Text or attribute value, safe inside HTML. */
export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (char) => entities[char]!)

/** JSON inside a script element: no way to close the element from within a value. */
export const jsonForScript = (value: unknown): string =>
  JSON.stringify(value).replaceAll('<', '\\u003c')
    .replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')

export interface Head {
  readonly title: string
  readonly description?: string
  readonly lang: string
  readonly dir: 'ltr' | 'rtl'
  readonly url?: string
  readonly image?: string
  readonly scripts: readonly string[]
  readonly styles: readonly string[]
  readonly preloads: readonly string[]
  readonly noIndex?: boolean
}

const meta = (name: string, content: string | undefined, key = 'property') =>
  content ? `<meta ${key}="${name}" content="${escapeHtml(content)}">` : ''

const social = (head: Head): string => [
  meta('description', head.description, 'name'), meta('og:type', 'website'),
  meta('og:title', head.title), meta('og:description', head.description),
  meta('og:url', head.url), meta('og:image', head.image),
  meta('twitter:card', head.image && 'summary_large_image', 'name'),
  head.noIndex ? meta('robots', 'noindex', 'name') : '',
].filter(Boolean).join('\n')

const files = (head: Head): string => [
  ...head.styles.map((href) => `<link rel="stylesheet" href="${escapeHtml(href)}">`),
  ...head.preloads.map((href) => `<link rel="modulepreload" href="${escapeHtml(href)}">`),
  ...head.scripts.map((src) => `<script type="module" src="${escapeHtml(src)}"></script>`),
].join('\n')

const viewport = 'width=device-width, initial-scale=1, viewport-fit=cover, '
  + 'interactive-widget=resizes-content'

/** The one page template: head, a mount point and, when given, boot data. */
export function renderPage(head: Head, boot?: unknown): string {
  const data = boot === undefined ? ''
    : `<script type="application/json" id="boot">${jsonForScript(boot)}</script>`
  return `<!doctype html>
<html lang="${escapeHtml(head.lang)}" dir="${head.dir}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="${viewport}">
<title>${escapeHtml(head.title)}</title>
<meta name="color-scheme" content="light dark">
<link rel="icon" href="/icon.svg" type="image/svg+xml">
${social(head)}
${files(head)}
</head>
<body>
<div id="app"></div>
<noscript>Silkcast needs JavaScript to play the show.</noscript>
${data}
</body>
</html>
`
}

/** A thread of silk on jade. */
export const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">
<rect width="32" height="32" rx="8" fill="#0B7A5E"/>
<path d="M9 21c4 3 10 2 12-2s-3-5-6-6-3-4 0-5 5 0 7 2" fill="none" stroke="#FBFAF7"
  stroke-width="3" stroke-linecap="round"/></svg>`
