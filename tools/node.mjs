// Runs a script of the project on the Node that npm brought along, whatever Node the machine has.
// Some npm versions do not link it into node_modules/.bin, so it is looked for where it lies.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, dirname, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const [script = '', ...args] = process.argv.slice(2)
const places = [
  `node_modules/node-${process.platform}-${process.arch}/bin/node`,
  `node_modules/node-bin-${process.platform}-${process.arch}/bin/node`,
].map((place) => resolve(root, place))
const own = places.find((place) => existsSync(place))

if (Number(process.versions.node.split('.')[0]) >= 26 || !own) {
  process.argv.splice(1, 2, resolve(root, script))
  await import(pathToFileURL(resolve(root, script)).href)
} else {
  const PATH = `${dirname(own)}${delimiter}${process.env.PATH ?? ''}`
  const child = spawn(own, [resolve(root, script), ...args], {
    stdio: 'inherit', env: { ...process.env, PATH },
  })
  // Ctrl-C reaches both by itself; what is sent to this process alone is passed on.
  process.on('SIGINT', () => {})
  for (const name of ['SIGTERM', 'SIGHUP']) process.on(name, () => child.kill(name))
  child.on('exit', (code, signal) => process.exit(signal ? 1 : code ?? 1))
}
