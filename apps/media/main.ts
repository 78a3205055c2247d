import { enableCompileCache } from 'node:module'
import { join } from 'node:path'

// A killed process has to be back soon, and half of its start is compiling: the code compiled last
// time is kept beside the recordings.
const folder = process.env['SILKCAST_MEDIA_DIR']
if (folder) enableCompileCache(join(folder, '.compiled'))
await import('./run.ts')
