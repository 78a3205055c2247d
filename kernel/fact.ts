import type { FactId } from './id.ts'

/** A durable fact: written in the transaction of the change, delivered at least once, in order per
 *  aggregate. Listeners are idempotent by `id`. */
export interface Fact<Name extends string = string, Payload = unknown> {
  readonly id: FactId
  readonly name: Name
  readonly version: number
  /** What it is about, e.g. an order id: the unit of ordering. */
  readonly aggregate: string
  readonly atMs: number
  readonly payload: Payload
}

/** What a module declares in events.ts: name, version and a TypeBox schema of the payload. */
export interface FactKind<Name extends string = string, Schema = unknown> {
  readonly name: Name
  readonly version: number
  readonly doc: string
  readonly payload: Schema
}

export interface FactListener {
  /** Its cursor's name; never renamed. */
  readonly name: string
  readonly wants: readonly string[]
  handle(facts: readonly Fact[]): Promise<void>
}

/** Writes facts inside the transaction of their change. Given by the store adapter. */
export type WriteFacts<Tx> = (tx: Tx, facts: readonly Fact[]) => Promise<void>

/** Runs work in one transaction; retried when the database asks for it, so `run` must be
 *  repeatable. */
export interface Transactor<Tx> {
  transaction<T>(run: (tx: Tx) => Promise<T>): Promise<T>
}
