import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import Type, { type Static } from 'typebox'
import { Compile } from 'typebox/compile'
import { Fault } from '#kernel'
import { MarketSchema, ProductDraftSchema } from '#trade/catalog/contract'

const WorldSchema = Type.Object({
  merchant: Type.String(),
  note: Type.String(),
  markets: Type.Array(MarketSchema),
  warehouses: Type.Array(
    Type.Object({ name: Type.String(), country: Type.String(), serves: Type.Array(Type.String()) }),
  ),
  show: Type.Object({ title: Type.String(), slug: Type.String() }),
  staff: Type.Array(
    Type.Object({
      email: Type.String(),
      displayName: Type.String(),
      roles: Type.Array(
        Type.Union([
          Type.Literal('merchant'),
          Type.Literal('producer'),
          Type.Literal('host'),
          Type.Literal('moderator'),
        ]),
      ),
    }),
  ),
  products: Type.Array(
    Type.Object({
      key: Type.String({ pattern: '^[a-z-]+$' }),
      /** Units per warehouse, in the order of `warehouses`. */
      units: Type.Array(Type.Integer()),
      draft: ProductDraftSchema,
    }),
  ),
})

export type DemoWorld = Static<typeof WorldSchema>

/** The demo world as its file says it; a broken file stops the start with its first mistake. */
export async function readDemoWorld(root: string): Promise<DemoWorld> {
  const file = join(root, 'data', 'demo', 'world.json')
  const parsed: unknown = JSON.parse(await readFile(file, 'utf8'))
  const validator = Compile(WorldSchema)
  if (validator.Check(parsed)) return parsed
  const first = validator.Errors(parsed)[0]
  throw new Fault('demo.world', {
    message: `data/demo/world.json: ${first?.instancePath} ${first?.message}`,
  })
}
