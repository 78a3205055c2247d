import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { expectCalm, expectNo, expectNoFindings, note } from './answers.ts'
import type { World } from './world.ts'

const unreadable = 'trade.catalog.picture_not_readable'
const tooLarge = 'trade.catalog.picture_too_large'

/** `said`: a length in the head that the body does not have. */
function sendPicture(
  { wire, staff, scratchProduct }: World, body: Uint8Array, type: string, said = body.length,
) {
  return wire.ask({
    method: 'POST', path: `/api/products/${scratchProduct.id}/pictures`, session: staff.merchant,
    headers: { 'content-type': type, 'content-length': String(said), connection: 'close' }, body,
  })
}

function sendCsv(
  { wire, staff }: World, body: string | Uint8Array, said = Buffer.byteLength(body),
) {
  return wire.ask({
    method: 'POST', path: '/api/products/import?market=DE', session: staff.merchant,
    headers: { 'content-type': 'text/csv', 'content-length': String(said), connection: 'close' },
      body,
  })
}

const flat = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: '#123456' }, limitInputPixels: false })

/** A PNG whose head promises more than there is. */
function lyingPng(png: Buffer, width: number, height: number): Buffer {
  const bytes = Buffer.from(png)
  bytes.writeUInt32BE(width, 16)
  bytes.writeUInt32BE(height, 20)
  return bytes
}

const HEAD = 'Handle,Title,Body (HTML),Vendor,Option1 Name,Option1 Value,'
  + 'Variant SKU,Variant Price\n'

export function fileCases(world: () => World): void {
  describe('pictures', () => {
    test('bombs, polyglots and broken ones are refused', async () => {
      const small = await flat(8, 8).png().toBuffer()
      const jpeg = await flat(64, 64).jpeg().toBuffer()
      const webp = await flat(64, 64).webp().toBuffer()
      const bomb = await flat(8000, 6000).png({ compressionLevel: 9 }).toBuffer()
      const page = Buffer.from('<html><script>window.pwned=1</script></html>')
      const cases: [string, Uint8Array, string][] = [
        ['a bomb of 48 megapixels', bomb, tooLarge],
        ['a head of 100,000 by 100,000', lyingPng(small, 100_000, 100_000), unreadable],
        ['a head of nothing', lyingPng(small, 0, 0), unreadable],
        ['half a JPEG', jpeg.subarray(0, jpeg.length / 2), unreadable],
        ['half a PNG', small.subarray(0, small.length - 20), unreadable],
        ['half a WebP', webp.subarray(0, webp.length - 12), unreadable],
        ['a PNG and a page', Buffer.concat([small, page]), unreadable],
        ['a JPEG and a page', Buffer.concat([jpeg, page]), unreadable],
        ['a WebP and a ZIP', Buffer.concat([webp, Buffer.from('PK\u0005\u0006'), Buffer.alloc(18)]),
          unreadable],
        ['an SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'),
          unreadable],
        ['a GIF that is a script', Buffer.from('GIF89a=1;window.pwned=1//'), unreadable],
        ['a PDF', Buffer.from('%PDF-1.7\n1 0 obj'), unreadable],
        ['a page', page, unreadable],
        ['zeros', Buffer.alloc(2000), unreadable],
      ]
      for (const [what, bytes, code] of cases) {
        expectNo(what, await sendPicture(world(), bytes, 'image/png'), code, unreadable, tooLarge)
      }
      expectNo('9 MB', await sendPicture(world(), Buffer.alloc(9), 'image/png', 9_000_000),
        'http.too_large')
      expectNo('nothing', await sendPicture(world(), Buffer.alloc(0), 'image/png'), unreadable,
        'http.invalid')
      expectNo('as SVG', await sendPicture(world(), small, 'image/svg+xml'), 'http.wrong_type')
      expectNoFindings()
    })

    test('what is taken is made anew: no words of the sender are in it', async () => {
      const jpeg = await flat(640,
        480).withExif({ IFD0: { Copyright: 'vera was here' } }).jpeg().toBuffer()
      const answer = await sendPicture(world(), jpeg, 'image/png')
      expectCalm('a JPEG called PNG', answer)
      expect(answer.status).toBe(200)
      const { pictures } = JSON.parse(answer.text) as { pictures: { url: string }[] }
      const shown = await fetch(`${world().house.url}${pictures[0]!.url}-320.webp`)
      expect(shown.headers.get('content-type')).toBe('image/webp')
      expect(shown.headers.get('x-content-type-options')).toBe('nosniff')
      expect(Buffer.from(await shown.arrayBuffer()).toString('latin1')).not.toContain(
        'vera was here')
      expectNoFindings()
    })
  })

  describe('tables', () => {
    test('that cannot be read are refused, and those that can say what is wrong', async () => {
      const no = 'trade.catalog.csv_not_readable'
      const refused: [string, string | Uint8Array][] = [
        ['nothing', ''], ['blanks', ' \n \n'], ['no columns we know', 'a,b\n1,2\n'],
        ['zeros', Buffer.alloc(4000)], ['a picture', await flat(50, 50).png().toBuffer()],
        ['an open quote', `${HEAD}x,"never ends`],
      ]
      for (const [what, body] of refused) {
        const answer = await sendCsv(world(), body)
        expectNo(what, answer, no, 'http.invalid')
      }
      const rows = Array.from({ length: 10_001 }, (_, at) =>
        `h${at},T,,,Title,One,S-${at},1.00\n`).join('')
      expectNo('10,001 rows', await sendCsv(world(), HEAD + rows), 'trade.catalog.csv_too_large')
      expectNo('6 MB', await sendCsv(world(), HEAD, 6_000_000), 'http.too_large')
      for (const [what, body] of [
        ['100,000 columns', `${HEAD.trim()},${'x,'.repeat(100_000)}\n`],
        ['a cell of 1 MB', `${HEAD}h,${'x'.repeat(1_000_000)},,,Title,One,S,1\n`],
        ['NUL', `${HEAD}h\u0000,T\u0000,,,Title,One,S\u0000,1\n`],
        ['half a pair', Buffer.concat([Buffer.from(`${HEAD}h,`), Buffer.from([0xed, 0xa0, 0x80]),
          Buffer.from(',,,Title,One,S,1\n')])],
        ['UTF-16', Buffer.from(`\ufeff${HEAD}h,T,,,Title,One,S,1\n`, 'utf16le')],
        ['prices', ['1e400', '-5', 'NaN', '0x10', '1,00',
          '9'.repeat(40)].reduce((text, price, at) =>
          `${text}p${at},T,,,Title,One,P-${at},"${price}"\n`, HEAD)],
        ['names', `${HEAD}__proto__,T,,,Title,One,N-1,1\nconstructor,T,,,__proto__,One,N-2,1\n`],
        ['ragged', `${HEAD}a\nb,c,d,e,f,g,h,i,j,k,l\n`],
      ] as [string, string | Uint8Array][]) {
        const answer = await sendCsv(world(), body)
        expectCalm(what, answer)
        const importId = answer.status === 200
          ? (JSON.parse(answer.text) as { importId: string }).importId : null
        if (!importId) continue
        expectCalm(`${what}, applied`, await world().wire.ask({
          method: 'POST', path: `/api/products/import/${importId}/apply`,
            session: world().staff.merchant,
        }))
      }
      expectNoFindings()
    })

    test('a formula is text like any other, and one preview is one person\'s', async () => {
      const formula = `=HYPERLINK(""https://evil.example"",""x"")`
      const answer = await sendCsv(world(),
        `${HEAD}formula,"${formula}",<script>window.pwned=1</script>,`
        + '=1+1,Title,@SUM(1),"+1-1",1.00\n')
      expectCalm('formulas', answer)
      const { importId } = JSON.parse(answer.text) as { importId: string }
      const apply = (session: string) => world().wire.ask({
        method: 'POST', path: `/api/products/import/${importId}/apply`, session,
      })
      expectNo('by a guest', await apply(world().attacker.token), 'people.accounts.not_allowed')
      expect((await apply(world().staff.merchant)).status).toBe(200)
      expectNo('twice', await apply(world().staff.merchant), 'trade.catalog.import_unknown')
      const { merchant } = world()
      const found = await merchant.call('GET /api/products', { query: { search: 'HYPERLINK' } })
      const product = found.ok ? found.value[0] : undefined
      expect(product?.title).toBe('=HYPERLINK("https://evil.example","x")')
      note('the description has markup', /<script/i.test(product?.description ?? ''))
      expectNoFindings()
    })
  })
}
