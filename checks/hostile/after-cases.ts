import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { checkOrders } from '#trade/orders/testing'
import { checkStock } from '#trade/stock/testing'
import { value, type World } from './world.ts'

/** Lines of the server's log that only a fault of ours writes. */
function readBugs(dataDir: string): string[] {
  const lines = readFileSync(join(dataDir, 'logs', 'server.log'), 'utf8').split('\n')
  const bugs = lines.filter((line) => /http\.bug|act_failed|server\.unhandled|join_failed/.test(
    line))
  return [...new Set(bugs.map((line) => {
    const { msg, route, error } = JSON.parse(line) as Record<string, string | undefined>
    return `${msg} ${route ?? ''} ${(error ?? '').split('\n')[0]}`
  }))]
}

export function afterCases(world: () => World): void {
  describe('after all of it', () => {
    test('the same server runs, and its log has no bug', () => {
      const { house, startPid } = world()
      expect(house.pid('server')).toBe(startPid)
      expect(readBugs(house.dataDir)).toEqual([])
    })

    test('stock, orders, the audit log and the show are right', async () => {
      const { books, merchant, victim, showId } = world()
      expect(await checkStock(books.kysely)).toEqual([])
      expect(await checkOrders(books.kysely)).toEqual([])
      expect(value(await merchant.call('GET /api/audit', { query: {} })).chainIsWhole).toBe(true)
      expect(value(await merchant.call('GET /api/shows/:showId',
        { params: { showId } })).state).toBe('live')
      expect(value(await victim.client.call('GET /api/orders/mine')).map(({ id }) => id))
        .toEqual([victim.order.id])
    })
  })
}
