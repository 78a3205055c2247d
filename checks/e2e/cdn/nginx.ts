import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { systemClock } from '#kernel'

export interface Nginx { stop(): Promise<void> }

function replace(text: string, from: string, to: string): string {
  if (text.split(from).length !== 2) throw new Error(`docs/nginx.conf has no single "${from}"`)
  return text.replace(from, to)
}

const canConnect = (port: number): Promise<boolean> => new Promise((done) => {
  const socket = connect(port, '127.0.0.1')
  socket.on('connect', () => {
    socket.destroy()
    done(true)
  }).on('error', () => done(false))
})

/** nginx with the example of the documentation, in a folder of its own: only ports and the place
 *  of the cache are others. */
export async function startNginx(options: {
  readonly program: string
  readonly folder: string
  readonly port: number
  readonly originPort: number
}): Promise<Nginx> {
  const { folder, port } = options
  const example = readFileSync(join(import.meta.dirname, '../../../docs/nginx.conf'), 'utf8')
  let text = replace(example, '/var/cache/nginx/silkcast', join(folder, 'cache'))
  text = replace(text, 'server 127.0.0.1:8080;', `server 127.0.0.1:${options.originPort};`)
  text = replace(text, 'listen 80;', `listen 127.0.0.1:${port};`)
  mkdirSync(join(folder, 'tmp'), { recursive: true })
  writeFileSync(join(folder, 'silkcast.conf'), text)
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${folder}/tmp/${name};`).join('\n')
  writeFileSync(join(folder, 'main.conf'), `
daemon off; master_process off; pid ${folder}/pid; error_log ${folder}/error.log warn;
worker_rlimit_nofile 8192;
events { worker_connections 4096; }
http { ${temporary} access_log off; include ${folder}/silkcast.conf; }
`)
  const child = spawn(options.program, ['-p', folder, '-c', join(folder, 'main.conf')],
    { stdio: ['ignore', 'inherit', 'inherit'] })
  const gone = new Promise<void>((done) => child.on('exit', () => done()))
  const endMs = systemClock.steadyMs() + 10_000
  while (!await canConnect(port)) {
    if (child.exitCode !== null || systemClock.steadyMs() > endMs) {
      child.kill('SIGKILL')
      throw new Error(`nginx did not start: ${readFileSync(join(folder, 'error.log'), 'utf8')}`)
    }
    await systemClock.sleep(30)
  }
  return {
    async stop() {
      child.kill('SIGKILL')
      await gone
    },
  }
}
