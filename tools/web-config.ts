import { join } from 'node:path'
import react from '@vitejs/plugin-react'
import type { InlineConfig } from 'vite'
import { wordsPlugin } from './words/plugin.ts'

/** Where the server serves the built files. */
export const WEB_BASE = '/app/'

/** The build of one web app. Each app is built alone, so that what the Studio needs never weighs on
 *  the Room through a shared chunk. */
export function webConfig({ root, app, outDir }: {
  readonly root: string
  readonly app: string
  readonly outDir: string
}): InlineConfig {
  return {
    configFile: false,
    root,
    base: WEB_BASE,
    logLevel: 'warn',
    envDir: false,
    publicDir: false,
    cacheDir: join(root, '.cache', 'vite'),
    plugins: [wordsPlugin(), react()],
    json: { stringify: true },
    define: { 'process.env.NODE_ENV': '"production"' },
    build: {
      outDir,
      emptyOutDir: true,
      manifest: true,
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      target: ['chrome125', 'edge125', 'firefox128', 'safari17.5', 'ios17.5'],
      // Colours are light-dark() pairs; rewriting them for older browsers breaks nested themes.
      cssTarget: ['chrome125', 'firefox128', 'safari17.5'],
      reportCompressedSize: false,
      chunkSizeWarningLimit: 1000,
      rolldownOptions: { input: join(root, 'apps', app, 'index.html') },
    },
  }
}
