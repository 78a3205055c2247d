import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

const USUAL = [
  '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome-stable',
  '/usr/bin/google-chrome', '/opt/google/chrome/chrome', '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
]

const PLAYWRIGHT_BINARIES = [
  'chrome-linux/chrome', 'chrome-linux64/chrome',
  'chrome-mac/Chromium.app/Contents/MacOS/Chromium',
  'chrome-mac-arm64/Google Chrome for Testing.app/Contents/MacOS/Google Chrome for Testing',
]

function fromPlaywright(): string[] {
  const caches = [
    join(homedir(), '.cache/ms-playwright'), join(homedir(), 'Library/Caches/ms-playwright'),
  ]
  return caches.filter((cache) => existsSync(cache)).flatMap((cache) =>
    readdirSync(cache).filter((name) => name.startsWith('chromium-'))
      .flatMap((name) => PLAYWRIGHT_BINARIES.map((binary) => join(cache, name, binary))))
}

/** The Chromium or Chrome of this machine: CHROMIUM_PATH, then the usual places. */
export function findBrowser(
  env: NodeJS.ProcessEnv = process.env, exists: (path: string) => boolean = existsSync,
): string | undefined {
  const named = env['CHROMIUM_PATH']
  if (named) return exists(named) ? named : undefined
  return [...USUAL, ...fromPlaywright()].find((path) => exists(path))
}

// Chinese, Japanese, Arabic and emoji show as boxes without these.
const PACKAGES = [
  'chromium', 'fonts-noto-core', 'fonts-noto-cjk', 'fonts-noto-color-emoji', 'fonts-liberation',
]

export interface Machine {
  readonly platform: NodeJS.Platform
  readonly isRoot: boolean
  /** /etc/os-release, empty where there is none. */
  readonly release: string
  readonly hasApt: boolean
}

export const thisMachine = (): Machine => ({
  platform: process.platform,
  isRoot: process.getuid?.() === 0,
  release: existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '',
  hasApt: existsSync('/usr/bin/apt-get'),
})

export type BrowserPlan =
  | { readonly kind: 'install'; readonly commands: readonly (readonly string[])[] }
  | { readonly kind: 'ask'; readonly command: string }

/** How a machine without a browser gets one: by us, or by the person with one command. */
export function planBrowser(machine: Machine): BrowserPlan {
  const isDebian = machine.hasApt && /^ID=debian$/m.test(machine.release)
  if (isDebian && machine.isRoot) {
    return {
      kind: 'install',
      commands: [
        ['apt-get', 'update', '-q'],
        ['apt-get', 'install', '-y', '-q', '--no-install-recommends', ...PACKAGES],
      ],
    }
  }
  if (isDebian) return { kind: 'ask', command: `sudo apt-get install -y ${PACKAGES.join(' ')}` }
  if (machine.platform === 'darwin') {
    return { kind: 'ask', command: 'brew install --cask google-chrome' }
  }
  return { kind: 'ask', command: 'npx playwright-core install --with-deps chromium' }
}
