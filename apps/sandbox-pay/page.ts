import { createHash } from 'node:crypto'
import { formatMoney } from '#kernel'
import type { Intent } from './model.ts'

const STYLE = `
:root{color-scheme:light dark;--ink:#16141c;--paper:#fbfaf7;--silk:#efeae1;--line:#ddd6ca;
--jade:#0b7a5e;--on-jade:#fff;--amber:#8a4b05;--soft:#5d5867}
@media (prefers-color-scheme:dark){:root{--ink:#f6f3ec;--paper:#1b1922;--silk:#26232f;
--line:#3c3847;--jade:#35c29a;--on-jade:#06281f;--amber:#f0b35e;--soft:#b5afc0}}
*{box-sizing:border-box}
body{margin:0;min-height:100dvh;display:grid;place-items:center;padding:16px;background:var(--silk);
color:var(--ink);font:16px/1.5 Inter,system-ui,sans-serif}
main{width:100%;max-width:400px;background:var(--paper);border:1px solid var(--line);
border-radius:12px;overflow:hidden}
.test{margin:0;padding:12px 24px;border-block-end:1px solid var(--line);color:var(--amber);
font-size:14px;font-weight:600;text-align:center}
.body{padding:24px}
h1{margin:0 0 4px;font-size:20px;line-height:1.3}
p{margin:0;color:var(--soft)}
.amount{margin:16px 0 4px;color:var(--ink);font-size:40px;line-height:1.2;font-weight:650;
font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
dl{display:grid;grid-template-columns:auto 1fr;gap:4px 16px;margin:16px 0 24px;padding-block:12px;
border-block:1px solid var(--line)}
dt{color:var(--soft)}dd{margin:0;text-align:end;overflow-wrap:anywhere}
form{display:grid;gap:12px}
button{min-height:48px;border-radius:6px;border:1px solid var(--jade);background:var(--jade);
color:var(--on-jade);font:inherit;font-weight:600;cursor:pointer}
button.quiet{background:transparent;color:var(--ink);border-color:var(--line)}
button:focus-visible{outline:3px solid var(--jade);outline-offset:2px}`

const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64')

/** No script at all; forms go back here; only the shop may frame it. */
export const pageHeaders = (shopOrigin: string): Record<string, string> => ({
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; `
    + `form-action 'self'; base-uri 'none'; frame-ancestors 'self' ${shopOrigin}`.trim(),
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
})

interface Words {
  readonly test: string
  readonly ask: string
  readonly shop: string
  readonly order: string
  readonly approve: string
  readonly decline: string
  readonly approved: string
  readonly declined: string
  readonly back: string
  readonly unknown: string
}

const WORDS: Readonly<Record<'en' | 'zh' | 'ar', Words>> = {
  en: {
    test: 'Sandbox bank: no real money', ask: 'Approve this payment?', shop: 'Shop', order: 'Order',
    approve: 'Approve', decline: 'Decline', approved: 'Payment approved',
    declined: 'Payment declined. Nothing was charged.', back: 'Done, you can go back to the shop.',
    unknown: 'This payment does not exist.',
  },
  zh: {
    test: '沙盒银行：不涉及真实资金', ask: '批准这笔付款？', shop: '商家', order: '订单',
    approve: '批准', decline: '拒绝', approved: '付款已批准',
    declined: '付款已拒绝，未扣款。', back: '已完成，您可以返回商店。', unknown: '该付款不存在。',
  },
  ar: {
    test: 'بنك تجريبي: لا أموال حقيقية', ask: 'هل توافق على هذا الدفع؟', shop: 'المتجر',
    order: 'الطلب', approve: 'موافقة', decline: 'رفض', approved: 'تمت الموافقة على الدفع',
    declined: 'رُفض الدفع ولم يُخصم أي مبلغ.', back: 'تم، يمكنك العودة إلى المتجر.',
    unknown: 'هذا الدفع غير موجود.',
  },
}

type Language = keyof typeof WORDS

/** The first of our languages that the browser asks for. */
export function languageOf(acceptLanguage: string | undefined): Language {
  for (const wish of (acceptLanguage ?? '').slice(0, 200).split(',')) {
    const base = wish.trim().slice(0, 2).toLowerCase()
    if (base === 'en' || base === 'zh' || base === 'ar') return base
  }
  return 'en'
}

const escape = (text: string) => text.replace(/[&<>"']/g, (it) => `&#${it.charCodeAt(0)};`)

function page(language: Language, title: string, body: string): string {
  const words = WORDS[language]
  return `<!doctype html><html lang="${language}" dir="${language === 'ar' ? 'rtl' : 'ltr'}"><head>`
    + '<meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">'
    + `<title>${escape(title)}</title><style>${STYLE}</style></head><body><main>`
    + `<p class="test">${escape(words.test)}</p><div class="body"><h1>${escape(title)}</h1>${body}`
    + '</div></main></body></html>'
}

function facts(it: Intent, merchant: string, language: Language): string {
  const words = WORDS[language]
  const amount = formatMoney({ amountMinor: it.amount, currency: it.currency }, language)
  return `<p class="amount"><bdi>${escape(amount)}</bdi></p><dl>`
    + `<dt>${escape(words.shop)}</dt><dd><bdi>${escape(merchant)}</bdi></dd>`
    + `<dt>${escape(words.order)}</dt><dd><bdi>${escape(it.order)}</bdi></dd></dl>`
}

/** The question while it is open, afterwards what became of it. */
export function challengePage(it: Intent, merchant: string, language: Language): string {
  const words = WORDS[language]
  if (it.status !== 'requires_action') {
    const title = it.status === 'declined' ? words.declined : words.approved
    return page(language, title, `<p role="status">${escape(words.back)}</p>`)
  }
  const form = '<form method="post">'
    + `<button name="answer" value="approve">${escape(words.approve)}</button>`
    + `<button name="answer" value="decline" class="quiet">${escape(words.decline)}</button></form>`
  return page(language, words.ask, facts(it, merchant, language) + form)
}

export const unknownPage = (language: Language): string =>
  page(language, WORDS[language].unknown, '')
