import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { stripTypeScriptTypes } from 'node:module'
import { extname, join, normalize } from 'node:path'
import { chromium } from 'playwright-core'
import type { Page } from 'playwright-core'

/** Where the inputs of a picture lie on this machine; all of them are read only. */
export type Inputs = {
  three: string, hdri: string, fan: string, font: string, frames: string,
}

export type RenderRoom = { page: Page, close: () => Promise<void> }

const TYPES: Record<string, string> = {
  '.html': 'text/html', '.ts': 'text/javascript', '.js': 'text/javascript',
  '.gltf': 'model/gltf+json', '.jpg': 'image/jpeg', '.webp': 'image/webp', '.png': 'image/png',
}

const FLAGS = [
  '--headless=new', '--no-sandbox', '--use-gl=angle', '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader', '--ignore-gpu-blocklist', '--disable-gpu-watchdog',
  '--no-first-run', '--disable-background-networking', '--disable-component-update',
  '--disable-sync',
]

const roots = (inputs: Inputs): Record<string, string> => ({
  page: join(import.meta.dirname, 'page'),
  three: join(inputs.three, 'node_modules/three'),
  hdri: inputs.hdri,
  fan: inputs.fan,
  frames: inputs.frames,
})

const fileFor = (inputs: Inputs, path: string): string | undefined => {
  if (path === '/') return join(import.meta.dirname, 'page/index.html')
  if (path === '/font/inter.woff2') return inputs.font
  const [, first = '', ...rest] = path.split('/')
  const root = roots(inputs)[first]
  const file = root === undefined ? '' : normalize(join(root, rest.join('/')))
  return root !== undefined && file.startsWith(root) ? file : undefined
}

const serve = (inputs: Inputs) => createServer((request, response) => {
  const path = decodeURIComponent(new URL(request.url ?? '/', 'http://render').pathname)
  const file = fileFor(inputs, path)
  if (file === undefined) return void response.writeHead(404).end()
  readFile(file).then((bytes) => {
    const kind = extname(file)
    response.setHeader('content-type', TYPES[kind] ?? 'application/octet-stream')
    response.end(kind === '.ts' ? stripTypeScriptTypes(bytes.toString()) : bytes)
  }, () => response.writeHead(404).end())
})

/** Opens the render page in headless Chromium with a software GPU. Close it when done. */
export const openRenderRoom = async (inputs: Inputs, hdri = 'studio'): Promise<RenderRoom> => {
  const server = serve(inputs)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port for the page')
  const browser = await chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium', args: FLAGS,
  })
  const page = await browser.newPage({ viewport: { width: 400, height: 400 } })
  page.setDefaultTimeout(0)
  page.on('pageerror', (error) => process.stderr.write(`page: ${error.message}\n`))
  page.on('console', (line) => {
    if (line.type() === 'error') process.stderr.write(`page: ${line.text()}\n`)
  })
  await page.goto(`http://127.0.0.1:${address.port}/?hdri=${hdri}`)
  await page.waitForFunction('globalThis.room !== undefined')
  await page.evaluate('room.start()')
  const close = async () => {
    await browser.close()
    await new Promise((resolve) => server.close(resolve))
  }
  return { page, close }
}
