import { launch } from '../launch.ts'

// The launcher on the tests' own small processes instead of the real ones.
const root = process.env['FIXTURE_ROOT']!
const freeMb = process.env['FIXTURE_FREE_MB']
const statfs = () => ({ bavail: Number(freeMb), bsize: 1_000_000 })
process.exit(await launch(process.argv.slice(2), freeMb ? { root, statfs } : { root }))
