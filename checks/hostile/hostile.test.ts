import { afterAll, beforeAll } from 'vitest'
import { afterCases } from './after-cases.ts'
import { fileCases } from './file-cases.ts'
import { moneyCases } from './money-cases.ts'
import { offerCases } from './offer-cases.ts'
import { pageCases } from './page-cases.ts'
import { pathCases } from './path-cases.ts'
import { routeCases } from './route-cases.ts'
import { socketCases } from './socket-cases.ts'
import { makeWorld, type World } from './world.ts'

let world: World

// One house for all of them: it must be whole after everything that was done to it.
beforeAll(async () => { world = await makeWorld() })
afterAll(() => world?.stop())

const here = () => world
routeCases(here)
socketCases(here)
moneyCases(here)
fileCases(here)
pathCases(here)
offerCases(here)
pageCases(here)
afterCases(here)
