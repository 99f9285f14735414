/** `punte bank` as an operator calls it, at a bank that answers what the test says. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { openScriptedBank, type ScriptedBank } from '../infra/banks/berlin-group/testing/bank.ts'
import { writeSandboxPki } from '../infra/certificates/sandbox-pki.ts'
import { ROOT } from './command.ts'

let bank: ScriptedBank
let dir = ''
before(async () => {
  bank = await openScriptedBank()
  dir = mkdtempSync(join(tmpdir(), 'punte-bank-command-'))
  mkdirSync(join(dir, 'banks'))
  await writeSandboxPki(join(dir, 'pki'))
  writeFileSync(join(dir, 'banks/ca.pem'), bank.ca_pem)
})
after(async () => {
  await bank.close()
  rmSync(dir, { recursive: true })
})

type Said = { readonly code: number; readonly out: string; readonly err: string }

function punte(...args: string[]): Promise<Said> {
  const env = {
    PATH: process.env.PATH,
    PUNTE_BANK_PROFILES_DIR: join(dir, 'banks'),
    PUNTE_CHECKOUT_URL: 'https://plati.example',
    PUNTE_QWAC_CERTIFICATE_FILE: join(dir, 'pki/qwac.pem'),
    PUNTE_QWAC_KEY_FILE: join(dir, 'pki/qwac.key'),
    PUNTE_QSEAL_CERTIFICATE_FILE: join(dir, 'pki/qseal.pem'),
    PUNTE_QSEAL_KEY_FILE: join(dir, 'pki/qseal.key'),
  }
  return new Promise((resolve) => {
    execFile(process.execPath, [`${ROOT}src/main.ts`, 'bank', ...args], { env, cwd: dir }, (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    )
  })
}

test('a bank is registered at, checked, listed and shown', async () => {
  const file = {
    extends: 'BT',
    environment: 'sandbox',
    base_url: `${bank.origin}/v2`,
    access: { registration_url: `${bank.origin}/register` },
    ca_file: 'ca.pem',
  }
  writeFileSync(join(dir, 'banks/bt.json'), JSON.stringify(file))
  const wanting = await punte('list')
  assert.equal(wanting.code, 78)
  assert.match(wanting.err, /bt\.json \/access\/client_id: is this installation's own: `punte bank register BT`/)

  bank.reply = ({ url }) =>
    url === '/register' ? { status: 201, body: { client_id: 'c-7', client_secret: 's-7' } } : { status: 404 }
  const registered = await punte('register', 'BT')
  assert.equal(registered.code, 0, registered.err)
  assert.match(registered.out, /^client_id {2}c-7$/m)
  assert.doesNotMatch(registered.out, /s-7/)
  assert.equal(readFileSync(join(dir, 'banks/bt.client-secret'), 'utf8').trim(), 's-7')
  const [request] = bank.seen
  assert.match(request?.body ?? '', /"redirect_uris":\["https:\/\/plati\.example\/payment-return"\]/)
  const again = await punte('register', 'BT')
  assert.equal(again.code, 1)
  assert.match(again.err, /--again/)

  const checked = await punte('check', 'BT')
  assert.equal(checked.code, 0, checked.err)
  assert.match(checked.out, /^connection +works +without a client certificate; it answers \(HTTP 404\)$/m)
  const listed = await punte('list')
  assert.match(listed.out, /^BT +Banca Transilvania +sandbox +oauth +payments +\(\d+ unverified\)$/m)
  const shown = await punte('show', 'BT')
  assert.match(shown.out, /^\? services\/payments\/future_dated +true$/m)
  assert.match(shown.out, /^ {2}status\/format +json$/m)
  assert.match(shown.out, /^\? iban_codes +BTRL, OTPV$/m)
  assert.match(shown.out, /^Not established:\n\? /m)
  assert.doesNotMatch(shown.out, /s-7/)
})

test('what cannot be is told: no such bank, no answer, no registration', async () => {
  const file = { extends: 'UCB', environment: 'sandbox', base_url: 'https://localhost:1/v1' }
  writeFileSync(join(dir, 'banks/ucb.json'), JSON.stringify(file))
  const checked = await punte('check', 'UCB')
  assert.equal(checked.code, 1)
  assert.match(checked.out, /^connection +fails +ECONNREFUSED$/m)
  assert.match((await punte('show', 'XYZ')).err, /no bank XYZ; there are .*UCB/)
  assert.match((await punte('register', 'UCB')).err, /registration_url: this bank has none/)
  assert.equal((await punte('frobnicate')).code, 2)
})
