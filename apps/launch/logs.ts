import { closeSync, mkdirSync, openSync, renameSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { logLevels } from './options.ts'
import type { LogLevel } from './options.ts'
import type { Log } from '#kernel'

const FILE_BYTES = 5_000_000
const FILES = 3
const FIELDS_LIMIT = 240

export interface LineFile {
  write(line: string): void
  close(): void
}

/** `name.log`, then `name.log.1` and `name.log.2`: never more than three of 5 MB. */
export function openLineFile(folder: string, name: string, limitBytes = FILE_BYTES): LineFile {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const path = join(folder, `${name}.log`)
  let file = openSync(path, 'a', 0o600)
  let size = statSync(path).size
  const rotate = () => {
    closeSync(file)
    for (let at = FILES - 1; at > 0; at--) {
      try {
        renameSync(at === 1 ? path : `${path}.${at - 1}`, `${path}.${at}`)
      } catch {
        // Not that many yet.
      }
    }
    file = openSync(path, 'a', 0o600)
    size = 0
  }
  return {
    write(line) {
      try {
        if (size > limitBytes) rotate()
        size += writeSync(file, `${line}\n`)
      } catch {
        // A full disk stops the log, not the shop.
      }
    },
    close() {
      try {
        closeSync(file)
      } catch {
        // Closed already.
      }
    },
  }
}

const LEVEL_NUMBERS: Record<LogLevel, number> = { debug: 20, info: 30, warn: 40, error: 50 }

export interface Terminal {
  say(text: string): void
  /** One line in the reader's terminal, when its level is asked for. */
  line(level: LogLevel, name: string, text: string): void
}

export function makeTerminal(level: LogLevel, write: (text: string) => void): Terminal {
  return {
    say: (text) => write(`${text}\n`),
    line(of, name, text) {
      if (LEVEL_NUMBERS[of] < LEVEL_NUMBERS[level]) return
      const time = new Date().toTimeString().slice(0, 8)
      write(`${time}  ${name.padEnd(9)} ${of.padEnd(5)} ${text}\n`)
    },
  }
}

function brief(fields: Record<string, unknown>): string {
  const text = Object.entries(fields)
    .map(([name, value]) =>
      `${name}=${typeof value === 'object' ? JSON.stringify(value) : String(value)}`)
    .join(' ')
  return text.length > FIELDS_LIMIT ? `${text.slice(0, FIELDS_LIMIT)}...` : text
}

// Control characters in a log line would be commands to the reader's terminal.
const printable = (text: string): string =>
  text.replaceAll(/\p{Cc}/gu, '?')

/** A pino line as people read it. */
export function readPinoLine(line: Record<string, unknown>): { level: LogLevel; text: string } {
  const {
    level, msg, time: _time, pid: _pid, hostname: _host, name: _name, process: _process, ...fields
  } = line
  const number = typeof level === 'number' ? level : 30
  const found = logLevels.findLast((one) => LEVEL_NUMBERS[one] <= number) ?? 'debug'
  const event = typeof msg === 'string' ? msg : ''
  return { level: found, text: printable(`${event} ${brief(fields)}`.trim()) }
}

/** Our own log and the database's: to a file in pino's form, and to the terminal. */
export function makeLog(
  name: string, file: LineFile, terminal: Terminal, more: Record<string, unknown> = {},
): Log {
  const at = (level: LogLevel) => (event: string, fields: Record<string, unknown> = {}) => {
    const line = { level: LEVEL_NUMBERS[level], time: Date.now(), ...more, ...fields, msg: event }
    file.write(JSON.stringify(line))
    terminal.line(level, name, readPinoLine(line).text)
  }
  return {
    debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error'),
    child: (fields) => makeLog(name, file, terminal, { ...more, ...fields }),
  }
}
