const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/** Text or attribute value, safe inside HTML. */
export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (char) => entities[char]!)

/** JSON inside a script element: no way to close the element from within a value. */
export const jsonForScript = (value: unknown): string =>
  JSON.stringify(value).replaceAll('<', '\\u003c').replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')

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

/** The one page template: head, a mount point and, when given, boot data. */
export function renderPage(head: Head, boot?: unknown): string {
  return `<!doctype html>
<html lang="${escapeHtml(head.lang)}" dir="${head.dir}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover, interactive-widget=resizes-content">
<title>${escapeHtml(head.title)}</title>
<meta name="color-scheme" content="light dark">
${meta('description', head.description, 'name')}
${head.noIndex ? '<meta name="robots" content="noindex">' : ''}
${meta('og:type', 'website')}${meta('og:title', head.title)}${meta('og:description', head.description)}
${meta('og:url', head.url)}${meta('og:image', head.image)}${meta('twitter:card', head.image && 'summary_large_image', 'name')}
<link rel="icon" href="/icon.svg" type="image/svg+xml">
${head.styles.map((href) => `<link rel="stylesheet" href="${escapeHtml(href)}">`).join('\n')}
${head.preloads.map((href) => `<link rel="modulepreload" href="${escapeHtml(href)}">`).join('\n')}
${head.scripts.map((src) => `<script type="module" src="${escapeHtml(src)}"></script>`).join('\n')}
</head>
<body>
<div id="app"></div>
<noscript>Silkcast needs JavaScript to play the show.</noscript>
${boot === undefined ? '' : `<script type="application/json" id="boot">${jsonForScript(boot)}</script>`}
</body>
</html>
`
}
