import { execFile } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { createRequire } from 'node:module'

/** The version a program says, as a number that compares; undefined when it does not run. */
function versionOf(program: string): Promise<number | undefined> {
  return new Promise((done) => {
    execFile(program, ['-version'], { timeout: 5000 }, (error, said) => {
      if (error) return done(undefined)
      const [, major, minor] = /^ffmpeg version \D{0,2}(\d+)\.(\d+)/.exec(said) ?? []
      // Builds from the day's source carry a hash instead of a number; they are newer.
      done(major ? Number(major) * 100 + Number(minor) : Infinity)
    })
  })
}

export function findPackagedFfmpeg(): string | undefined {
  try {
    const { path } = createRequire(import.meta.url)('@ffmpeg-installer/ffmpeg') as { path: string }
    accessSync(path, constants.X_OK)
    return path
  } catch {
    return undefined
  }
}

/** The newer of the system's ffmpeg and the one from npm. It is GPL: run it, never link it. */
export async function findFfmpeg(
  packaged = findPackagedFfmpeg(), system = 'ffmpeg',
): Promise<string | undefined> {
  const [ours = -1, theirs = -1] = await Promise.all([
    packaged ? versionOf(packaged) : undefined, versionOf(system),
  ])
  if (theirs > ours) return system
  return ours >= 0 ? packaged : undefined
}
