// `npm start`, in plain JavaScript: a Node that is too old for the rest gets a sentence for it.
import { sentenceForNode } from '../apps/launch/node-version.mjs'

const sentence = sentenceForNode(process.versions.node)
if (sentence) {
  process.stderr.write(`${sentence}\n`)
  process.exitCode = 1
} else {
  await import('../apps/launch/main.ts')
}
