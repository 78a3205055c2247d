import { offerSharedPostgres } from './testing/shared.ts'

let shared: Awaited<ReturnType<typeof offerSharedPostgres>> | undefined

export async function setup(): Promise<void> {
  shared = await offerSharedPostgres()
}

export async function teardown(): Promise<void> {
  await shared?.stop()
}
