import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import PostalMime from 'postal-mime'
import { composeMessage, isPlainAddress, quotedPrintable } from './message.ts'

const common = { from: 'Punte <plati@punte.example>', to: 'ion@exemplu.ro', message_id: 'p-1@punte.example' }
const at = new Date('2030-03-10T10:00:00Z')

function readBack(text: string): string {
  const bytes = text
    .replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return Buffer.from(bytes, 'latin1').toString('utf8')
}

test('quoted-printable: any text comes back, in short lines of visible characters, none with a space at its end', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 400 }), fc.integer({ min: 0, max: 90 }), (text, padding) => {
      const given = `${'x'.repeat(padding)}${text}`.toWellFormed()
      const encoded = quotedPrintable(given)
      assert.equal(readBack(encoded), given.replace(/\r\n?|\n/g, '\r\n'))
      for (const line of encoded.split('\r\n')) assert.match(line, /^(?:[\t\x20-\x7e]{0,75}[\x21-\x7e])?$/)
    }),
    { numRuns: 50 },
  )
})

test('a message says what it was given, in whatever language, and nothing it was given ends a header', async () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (subject) => {
      const raw = composeMessage({ ...common, subject: subject.toWellFormed(), text: 't', html: 'h', at })
      const head = raw.slice(0, raw.indexOf('\r\n\r\n'))
      assert.match(
        head,
        /^From: .*\r\nTo: .*\r\nSubject: .*(?:\r\n .*)*\r\nMessage-ID: .*\r\nDate: .*\r\nMIME-Version: .*\r\nContent-Type: .*$/,
      )
      assert.match(head, /^[\x20-\x7e\r\n]+$/)
    }),
  )
  const subject = 'Plata de 123,45 lei către Florăria Țepeș & Ștefănescu a fost efectuată 🌻 în întregime'
  const mail = {
    subject,
    text: 'Ați plătit\n.\nfoarte bine = 12',
    html: `<p style="color:#123">${'ă'.repeat(300)}</p>`,
  }
  const read = await PostalMime.parse(composeMessage({ ...common, ...mail, at }))
  assert.deepEqual(
    [read.subject, read.text?.trimEnd(), read.html?.trimEnd(), read.from?.name, read.to?.[0]?.address, read.messageId],
    [subject, mail.text, mail.html, 'Punte', 'ion@exemplu.ro', '<p-1@punte.example>'],
  )
  assert.equal(read.date, at.toISOString())
})

test('an address that could be two, or end a header, is not plain', () => {
  for (const bad of [
    'a@b.ro, c@d.ro',
    'a@b.ro\r\nBcc: c@d.ro',
    'a b@c.ro',
    'ă@b.ro',
    '<a@b.ro>',
    'a@',
    '@b.ro',
    'a@b@c',
    '',
  ])
    assert.equal(isPlainAddress(bad), false, bad)
  assert.equal(isPlainAddress('ion.pop+plati@exemplu.ro'), true)
})
