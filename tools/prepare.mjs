// After an install: builds the web pages once, so that the first start does not have to. Plain
// JavaScript, because the Node that runs an install may be too old for the rest.
const major = Number(process.versions.node.split('.')[0])
if (major < 26) {
  console.log(`The web pages are built at the first start (this install ran with Node ${major}).`)
} else {
  const { buildWeb } = await import('./build-web.ts')
  await buildWeb({ root: new URL('..', import.meta.url).pathname, log: (line) => console.log(line) })
}
