import { createHash } from 'node:crypto'
import { accountLimits } from './contract.ts'

/** Only a hash is kept, so that a stolen table opens no session. */
export const hashToken = (token: string): string =>
  createHash('sha256').update(token).digest('base64url')

export const normalEmail = (email: string): string => email.trim().toLowerCase()

/** A name for people to read: one line, no control or direction-changing characters. */
export function cleanName(name: string, limit: number = accountLimits.nameLength): string {
  return name.normalize('NFC')
    .replace(/[\p{Cc}\p{Cs}\u200B-\u200F\u202A-\u202E\u2066-\u2069\uFEFF]/gu, '')
    .replace(/\s+/gu, ' ').trim().slice(0, limit)
}

/** `Guest 4821`: what chat shows until a person says otherwise. */
export const guestName = (digits: number): string => `Guest ${String(digits).padStart(4, '0')}`

/** The start of an address, for logs and lists: `a***@example.com`. */
export function maskEmail(email: string): string {
  const at = email.indexOf('@')
  return at < 1 ? '***' : `${email[0]}***${email.slice(at)}`
}
