/** The folders that hold our code. */
export const codeFolders: readonly string[] = [
  'kernel', 'modules', 'flows', 'views', 'adapters', 'apps', 'ui', 'sdk', 'lab', 'checks', 'tools',
]

// The page that draws the demo clip takes three.js from a folder named at render time; it is no
// part of an install, so its types and imports cannot be judged here.
const APART = ['lab/demo/render/page/']

/** Code whose types and imports the check answers for. */
export const isChecked = (path: string): boolean =>
  codeFolders.includes(path.split('/')[0]!) && !APART.some((folder) => path.startsWith(folder))
