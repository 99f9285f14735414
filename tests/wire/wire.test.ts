/** The partner API as a stranger meets it: curl, openssl, the documents of the interface, and every bad input there is. */
import { after, before, describe, test } from 'node:test'
import { assertNoSecretsReadable } from '../world/secrets.ts'
import { certificateTests, tokenTests } from './certificates.ts'
import { initiationTests } from './initiation.ts'
import { signatureTests } from './signatures.ts'
import { bootWire, CREDITOR_IBAN, type Wire } from './wire.ts'

let wire: Wire
before(async () => {
  wire = await bootWire()
})
after(() => wire?.close())

// Most of it is waiting: for curl's handshakes, for a token to expire, for a slow client to be cut off.
describe('the partner API by curl and openssl', { concurrency: 3 }, () => {
  certificateTests(() => wire)
  tokenTests(() => wire)
  initiationTests(() => wire)
  signatureTests(() => wire)
})

test('nothing of it can be read in the database, its files or the logs', async () => {
  await assertNoSecretsReadable(wire.world, wire.parties, {
    "the beneficiary's IBAN": [CREDITOR_IBAN],
    'payment details': ['Comanda de sârmă', 'Mere 🍎', 'si paine - 3 bucati', 'Țuică'],
    "the partner's id of the payer": ['client-7'],
    'mail addresses': ['@exemplu-platitor.ro'],
  })
})
