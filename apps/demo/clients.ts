import { WebSocket } from 'ws'
import { makeClient, type Client } from '#sdk'

/** How a demo person reaches the house: a real client with a session of its own. */
export interface DemoClient {
  readonly client: Client
  readonly transport: { makeSocket(url: string): never }
}

export function makeDemoClient(serverUrl: string, token: string): DemoClient {
  const cookie = `sid=${token}; __Host-sid=${token}`
  return {
    client: makeClient({ baseUrl: serverUrl, headers: { cookie } }),
    transport: {
      makeSocket: (url) => new WebSocket(url, { headers: { cookie } }) as never,
    },
  }
}
