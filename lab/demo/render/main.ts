// Renders the pictures and the clip of the demo world into data/demo. The results are committed,
// so only someone who changes a model runs this. See HELP for what it needs.
import { existsSync } from 'node:fs'
import { copyFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { openRenderRoom } from './browser.ts'
import type { Inputs, RenderRoom } from './browser.ts'
import { describeClip, encodeClip, renderPlate, renderTurn } from './clip.ts'
import { renderPictures } from './pictures.ts'
import { renderPosters } from './posters.ts'
import { PRODUCT_KEYS } from './products.ts'
import { makeSound } from './sound.ts'

const ROOT = join(import.meta.dirname, '../../..')
const OUT = join(ROOT, 'data/demo')

const HELP = `Usage: node lab/demo/render/main.ts WHAT [options]

WHAT is one or more of, in this order when from scratch:
  pictures   two pictures of each product          data/demo/pictures
  turns      the set and the turning products      into the work folder, slow
  clip       sound, frames, encoding               data/demo/clip.mp4, clip.json
  posters    poster.webp and og.jpg                data/demo

  --three DIR    folder with node_modules/three      (or RENDER_THREE, else in the temporary folder)
  --media DIR    folder with hdri/ and gltf_vintageDeskFan/, see data/demo/README.md
                 for where each file comes from      (or RENDER_MEDIA)
  --only KEYS    pictures of these products only, comma separated
  --passes N     passes averaged per picture         (default 14)
  --work DIR     where frames and sound are kept; empty it after changing a model
                                                     (default: in the temporary folder)

Needs besides npm ci: Chromium (or CHROMIUM=path); for the clip also ffmpeg, festival and
festvox-us-slt-hts (Debian: apt-get install chromium ffmpeg festival festvox-us-slt-hts).
`

const fail = (message: string): never => {
  process.stderr.write(`${message}\n`)
  process.exit(2)
}

const options = () => parseArgs({
  allowPositionals: true,
  options: {
    three: { type: 'string' }, media: { type: 'string' }, only: { type: 'string' },
    passes: { type: 'string' }, work: { type: 'string' }, help: { type: 'boolean' },
  },
})

const inputsFrom = (three: string, media: string, work: string): Inputs => {
  if (!existsSync(join(three, 'node_modules/three/package.json'))) {
    fail(`three.js is not in ${three}. Get it with:\n`
      + `  npm install --no-save --prefix ${three} three@0.187.0`)
  }
  if (!existsSync(join(media, 'hdri/studio.exr'))) {
    fail(`No hdri/studio.exr in "${media}": say where the inputs are with --media DIR.`)
  }
  const font = 'node_modules/@fontsource-variable/inter/files/inter-latin-wght-normal.woff2'
  return {
    three, hdri: join(media, 'hdri'), fan: join(media, 'gltf_vintageDeskFan'),
    font: join(ROOT, font), frames: work,
  }
}

const TURN_PASSES = 3

const makeTurns = async (room: RenderRoom, work: string, keys: readonly string[]) => {
  const timing = await makeSound(work, join(work, 'sound.wav'))
  await renderPlate(room, work, TURN_PASSES)
  for (const shown of timing.products.filter((p) => keys.includes(p.key))) {
    await renderTurn(room, shown, work, TURN_PASSES)
  }
}

const makeClip = async (room: RenderRoom, work: string) => {
  const sound = join(work, 'sound.wav')
  const timing = await makeSound(work, sound)
  const made = join(work, 'clip.mp4')
  await encodeClip(room, timing, sound, made)
  await copyFile(made, join(OUT, 'clip.mp4'))
  await writeFile(join(OUT, 'clip.json'), `${JSON.stringify(describeClip(timing), null, 2)}\n`)
}

const main = async () => {
  const { values, positionals } = options()
  if (values.help === true || positionals.length === 0) return void process.stdout.write(HELP)
  const work = values.work ?? join(tmpdir(), 'silkcast-clip')
  const inputs = inputsFrom(
    values.three ?? process.env['RENDER_THREE'] ?? join(tmpdir(), 'silkcast-render'),
    values.media ?? process.env['RENDER_MEDIA'] ?? '', work)
  const keys: readonly string[] = values.only === undefined ? PRODUCT_KEYS : values.only.split(',')
  const room = await openRenderRoom(inputs)
  try {
    if (positionals.includes('pictures')) {
      await renderPictures(room, keys, join(OUT, 'pictures'), Number(values.passes ?? 14))
    }
    if (positionals.includes('turns')) await makeTurns(room, work, keys)
    if (positionals.includes('clip')) await makeClip(room, work)
    if (positionals.includes('posters')) await renderPosters(room, work, OUT)
  } finally {
    await room.close()
  }
}

await main()
