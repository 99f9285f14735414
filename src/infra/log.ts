/**
 * The log: JSON lines. Values that could hold secrets or personal data are never passed in; the redaction below is the
 * second net, not the first.
 */
import { type Logger, pino } from 'pino'

export type Log = Logger

const REDACTED = [
  'authorization',
  'access_token',
  'refresh_token',
  'accessToken',
  'refreshToken',
  'token',
  'password',
  'code',
  'state',
  'iban',
  'creditorIban',
  'debtorIban',
  'creditor_iban',
  'debtor_iban',
  'email',
  'psuEmail',
  'psu_id',
  'details',
  'cookie',
]

/** @param level pino's level; `silent` for tests */
export function createLog(level: string, destination?: { write(line: string): void }): Log {
  const paths = REDACTED.flatMap((name) => [name, `*.${name}`, `*.*.${name}`])
  const options = { level, base: { process_id: process.pid }, redact: { paths, censor: '[redacted]' } }
  return destination === undefined ? pino(options) : pino(options, destination)
}
