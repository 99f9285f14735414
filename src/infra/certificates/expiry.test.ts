/** The end of certificates: in the gauge always, in the log as it comes near. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLog } from '../log.ts'
import { metrics } from '../metrics.ts'
import { daysLeft, firstToExpire, startExpiryWatch, type WatchedCertificate } from './expiry.ts'
import { createAuthority, issueServerCertificate } from './issue.ts'

const DAY_MS = 86_400_000
const NOW = new Date('2027-03-01T00:00:00Z')
const inDays = (days: number) => new Date(NOW.getTime() + days * DAY_MS)

test('of a chain the link that ends first counts; a text without a certificate is a fault', async () => {
  const authority = await createAuthority({ name: 'Soon CA', valid_to: inDays(10) })
  const leaf = await issueServerCertificate(authority, { hosts: ['localhost'], valid_to: inDays(40) })
  assert.deepEqual(firstToExpire(leaf.certificate_pem).expires_at, inDays(40))
  const chain = firstToExpire(`${leaf.certificate_pem}\n${authority.certificate_pem}`)
  assert.deepEqual(chain.expires_at, inDays(10))
  assert.match(chain.subject, /CN=Soon CA/)
  assert.throws(() => firstToExpire(leaf.key_pem), /no PEM certificate/)
})

test('a warning from 30 days, an error from 7 and when it has ended, and seconds in the metrics', async () => {
  const lines: { level: number; certificate: string; of?: string; days: number; msg: string }[] = []
  const log = createLog('info', { write: (line) => void lines.push(JSON.parse(line)) })
  const one = (certificate: string, days: number, of = ''): WatchedCertificate => {
    return { certificate, of, subject: 'CN=x', expires_at: inDays(days) }
  }
  const all = [one('qwac', 31), one('qseal', 29.5), one('bank-ca', 6, 'BT'), one('partner-client', -1, 'shop')]
  assert.deepEqual(
    all.map((each) => daysLeft(each, NOW)),
    [31, 29, 6, -1],
  )
  const watch = startExpiryWatch({ read: () => all, clock: { now: () => NOW }, log })
  try {
    assert.deepEqual(
      lines.map(({ level, certificate, of, days, msg }) => [level, certificate, of, days, msg]),
      [
        [40, 'qseal', undefined, 29, 'a certificate expires soon: renew it'],
        [50, 'bank-ca', 'BT', 6, 'a certificate expires within days: renew it now'],
        [50, 'partner-client', 'shop', -1, 'a certificate has expired'],
      ],
    )
    const text = await metrics.metrics()
    assert.match(text, /punte_certificate_expires_seconds\{certificate="bank-ca",of="BT"\} 518400\n/)
    assert.match(text, /punte_certificate_expires_seconds\{certificate="partner-client",of="shop"\} -86400\n/)
    all.pop()
    assert.doesNotMatch(await metrics.metrics(), /of="shop"/, 'what is no longer there is no longer told')
  } finally {
    watch.close()
  }
})
