/** When certificates end: read once, told in metrics, and in the log while there is time to renew them. */
import { X509Certificate } from 'node:crypto'
import type { Clock } from '../clock.ts'
import type { Log } from '../log.ts'
import { showCertificates } from '../metrics.ts'

const DAY_MS = 86_400_000
/** Renewal takes weeks at a trust service provider and at the banks. */
export const WARN_DAYS = 30
const URGENT_DAYS = 7
const BLOCK = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g

export type WatchedCertificate = {
  /** What it is for: `qwac`, `bank-ca`, … */
  readonly certificate: string
  /** Whose it is, where there are several: a bank, an acquirer, a partner. */
  readonly of: string
  readonly subject: string
  readonly expires_at: Date
}

/**
 * The certificate of a PEM text that ends first: a chain breaks with its weakest link, and of several authorities nobody
 * knows which one is needed.
 * @throws Error when there is none, or one cannot be read
 */
export function firstToExpire(pem: string): Pick<WatchedCertificate, 'subject' | 'expires_at'> {
  const [first, ...others] = (pem.match(BLOCK) ?? []).map((block) => new X509Certificate(block))
  if (first === undefined) throw new Error('holds no PEM certificate')
  const earliest = others.reduce((one, other) => (other.validToDate < one.validToDate ? other : one), first)
  return { subject: earliest.subject.split('\n').join(', '), expires_at: earliest.validToDate }
}

/** Whole days that are left; below zero when it has ended. */
export function daysLeft({ expires_at }: WatchedCertificate, now: Date): number {
  return Math.floor((expires_at.getTime() - now.getTime()) / DAY_MS)
}

/**
 * Tells the gauge, and the log now and once a day what ends within 30 days: a warning, an error from 7 days on.
 * @param read what there is at this moment
 */
export function startExpiryWatch(input: {
  readonly read: () => readonly WatchedCertificate[]
  readonly clock: Clock
  readonly log: Log
}): { close(): void } {
  const { read, clock, log } = input
  showCertificates(() =>
    read().map(({ certificate, of, expires_at }) => ({
      certificate,
      of,
      seconds: Math.round((expires_at.getTime() - clock.now().getTime()) / 1_000),
    })),
  )
  const tell = () => {
    const now = clock.now()
    for (const one of read()) tellOne(log, one, daysLeft(one, now))
  }
  tell()
  const timer = setInterval(tell, DAY_MS)
  timer.unref()
  return {
    close() {
      clearInterval(timer)
      showCertificates(() => [])
    },
  }
}

function tellOne(log: Log, { certificate, of, expires_at }: WatchedCertificate, days: number): void {
  if (days >= WARN_DAYS) return
  const facts = { certificate, ...(of !== '' && { of }), expires_at, days }
  if (days < 0) log.error(facts, 'a certificate has expired')
  else if (days < URGENT_DAYS) log.error(facts, 'a certificate expires within days: renew it now')
  else log.warn(facts, 'a certificate expires soon: renew it')
}
