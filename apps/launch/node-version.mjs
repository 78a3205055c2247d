// Plain JavaScript: this is what a Node that is too old for the rest has to read.
const MAJOR = 26

export const sentenceForNode = (version) => Number(version.split('.')[0]) >= MAJOR
  ? undefined
  : `Silkcast runs on Node ${MAJOR}, and this is ${version}. \`npm ci\` brings the right one along `
    + 'for `npm start`; where npm has none for this machine, install it.'
