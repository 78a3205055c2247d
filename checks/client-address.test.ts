import { expect, test } from 'vitest'
import { projectRoot } from '../tools/lib/run.ts'
import { isCode, isTestCode, readTree } from '../tools/tidy/source.ts'

/** The one place; where RTMP comes in by TCP, and who asks the media process past its proxy; and a
 *  gate that opens for nobody who says that they were passed on. */
const MAY = ['adapters/clients-forwarded/', 'modules/stage/media/',
  'adapters/metrics-prometheus/gate.ts']
const READS = /\b(?:request|req|raw)\.ips?\b|\bsocket\??\.remoteAddress|['"`]x-forwarded-/i

const find = (path: string, text: string): string[] => text.split('\n')
  .flatMap((line, at) => READS.test(line) ? [`${path}:${at + 1} ${line.trim()}`] : [])

test('where a request comes from is read in one place', () => {
  const found = readTree(projectRoot)
    .filter(({ path }) => /^(adapters|apps|flows|kernel|modules|views)\//.test(path))
    .filter(({ path }) => isCode(path) && !MAY.some((start) => path.startsWith(start)))
    .filter((file) => !isTestCode(file))
    .flatMap(({ path, text }) => find(path, text))
  expect(found).toEqual([])
})

test.each([
  'const a = request.ip', 'keyGenerator: (req) => req.ip,', 'a(request.raw.socket.remoteAddress)',
  "headers['x-forwarded-for']", 'request.ips.at(-1)',
])('%s is found', (line) => { expect(find('a.ts', line)).toHaveLength(1) })
