/** `punte certificates expiry` as an operator calls it, and what the server watches. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { readSettings } from '../config.ts'
import { checkCertificate, readCertificate } from '../domain/partners/certificates.ts'
import type { Partner } from '../domain/partners/directory.ts'
import { createAuthority, issueClientCertificate, issueServerCertificate } from '../infra/certificates/issue.ts'
import { writeSandboxPki } from '../infra/certificates/sandbox-pki.ts'
import { type TestDatabase, testDatabase } from '../infra/database/template.ts'
import { createKeyFile } from '../infra/keys/key-file.ts'
import { certificatesOfFiles, certificatesOfPartners } from './certificates-expiry.ts'
import { ROOT } from './command.ts'

const DAY_MS = 86_400_000
let dir = ''
let database: TestDatabase
let env: NodeJS.ProcessEnv
before(async () => {
  dir = mkdtempSync(join(tmpdir(), 'punte-certificates-'))
  database = await testDatabase()
  for (const name of ['banks', 'acquirers']) mkdirSync(join(dir, name))
  await writeSandboxPki(join(dir, 'pki'))
  createKeyFile(join(dir, 'keys.json'))
  const bank = {
    extends: 'TXB',
    environment: 'simulated',
    base_url: 'https://localhost:1/v1',
    redirect_origins: ['https://localhost:2'],
    ca_file: '../pki/ca.pem',
  }
  writeFileSync(join(dir, 'banks/txb.json'), JSON.stringify(bank))
  const acquirer = {
    id: 'sandbox',
    name: 'Sandbox',
    kind: 'simulator',
    url: 'https://localhost:3',
    ca_file: '../pki/ca.pem',
    client_certificate_file: '../pki/acquirer-client.pem',
    client_key_file: '../pki/acquirer-client.key',
  }
  writeFileSync(join(dir, 'acquirers/sandbox.json'), JSON.stringify(acquirer))
  env = {
    PATH: process.env.PATH,
    DATABASE_URL: database.url,
    PUNTE_KEY_FILE: join(dir, 'keys.json'),
    PUNTE_PARTNER_URL: 'https://localhost:8443',
    PUNTE_PARTNER_TLS_CERTIFICATE_FILE: join(dir, 'pki/server.pem'),
    PUNTE_PARTNER_TLS_KEY_FILE: join(dir, 'pki/server.key'),
    PUNTE_CHECKOUT_URL: 'http://localhost:8080',
    PUNTE_QWAC_CERTIFICATE_FILE: join(dir, 'pki/qwac.pem'),
    PUNTE_QWAC_KEY_FILE: join(dir, 'pki/qwac.key'),
    PUNTE_QSEAL_CERTIFICATE_FILE: join(dir, 'pki/qseal.pem'),
    PUNTE_QSEAL_KEY_FILE: join(dir, 'pki/qseal.key'),
    PUNTE_BANK_PROFILES_DIR: join(dir, 'banks'),
    PUNTE_ACQUIRER_PROFILES_DIR: join(dir, 'acquirers'),
    PUNTE_SMTP_URL: 'smtp://127.0.0.1:1',
    PUNTE_MAIL_FROM: 'plati@example.com',
    PUNTE_OPERATOR_NAME: 'x',
    PUNTE_OPERATOR_REGISTER: 'x',
    PUNTE_OPERATOR_CONTACT: 'x',
    PUNTE_OPERATOR_COMPLAINTS: 'x',
  }
})
after(async () => {
  await database?.drop()
  rmSync(dir, { recursive: true, force: true })
})

const punte = (...args: string[]): Promise<{ code: number; out: string; err: string }> =>
  new Promise((resolve) => {
    execFile(process.execPath, [`${ROOT}src/main.ts`, ...args], { env, cwd: dir }, (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    )
  })

test('every certificate stands in the table, soonest first; exit 1 when one ends within 30 days', async () => {
  const partner_ca = await createAuthority({ name: 'Partner CA', valid_to: new Date(Date.now() + 400 * DAY_MS) })
  const client = await issueClientCertificate(partner_ca, { subject: { common_name: 'erp' } })
  writeFileSync(join(dir, 'erp.pem'), client.certificate_pem)
  writeFileSync(join(dir, 'erp-ca.pem'), partner_ca.certificate_pem)
  const registration = ['--certificate', join(dir, 'erp.pem'), '--authority', join(dir, 'erp-ca.pem')]
  const names = ['--name', 'ERP', '--type', 'Finance', '--client-id', 'erp-12345678']
  const added = await punte('partner', 'add', ...names, '--redirect-url', 'https://erp.example/', ...registration)
  assert.equal(added.code, 0, added.err)

  const well = await punte('certificates', 'expiry')
  assert.equal(well.code, 0, `${well.out}${well.err}`)
  const listed = well.out.trim().split('\n').slice(1)
  const kinds = listed.map((line) =>
    line
      .split(/\s{2,}/)
      .slice(0, 2)
      .join(' ')
      .replace(/ \d{4}-.*/, ''),
  )
  assert.deepEqual(kinds.toSorted(), [
    'acquirer-ca sandbox',
    'acquirer-client sandbox',
    'bank-ca TXB',
    'partner-api',
    'partner-authority erp-12345678/1',
    'qseal',
    'qwac',
  ])
  const dates = listed.map((line) => /\d{4}-\d\d-\d\d/.exec(line)?.[0] ?? '')
  assert.deepEqual(dates, dates.toSorted())

  const authority = await createAuthority({ name: 'CA' })
  const soon = new Date(Date.now() + 10.5 * DAY_MS)
  const server = await issueServerCertificate(authority, { hosts: ['localhost'], valid_to: soon })
  writeFileSync(join(dir, 'pki/server.pem'), server.certificate_pem)
  const ending = await punte('certificates', 'expiry')
  assert.equal(ending.code, 1)
  assert.match(ending.out, /\npartner-api +\d{4}-\d\d-\d\d +10 days ! +.*CN=localhost/)
})

test('what cannot be read is a fault; a key is never taken for a certificate', () => {
  const key_file = join(dir, 'pki/qwac.key')
  const settings = readSettings([], { ...env, PUNTE_QWAC_CERTIFICATE_FILE: key_file })
  const { found, faults } = certificatesOfFiles(settings)
  assert.deepEqual(faults, ['qwac : holds no PEM certificate'])
  assert.ok(found.some(({ certificate }) => certificate === 'qseal'))
  assert.ok(!JSON.stringify({ found, faults }).includes(readFileSync(key_file, 'utf8').split('\n')[1] ?? ''))
})

test('the certificate that a partner showed last is watched from then on', async () => {
  const authority = await createAuthority({ name: 'Partner CA' })
  const valid_to = new Date(Math.floor(Date.now() / 1000) * 1000 + 5 * DAY_MS)
  const client = await issueClientCertificate(authority, { subject: { common_name: 'shop' }, valid_to })
  const presented = readCertificate(client.certificate_pem)
  const { subject, issuer } = presented
  const partner = {
    partner_id: 4_000_000,
    client_id: 'shop-client',
    status: 'active',
    certificates: [{ certificate_id: 7, subject, issuer, authority_pem: authority.certificate_pem }],
  } as unknown as Partner
  const watched = () =>
    certificatesOfPartners({ all: () => [partner] }).map(({ certificate, of }) => `${certificate} ${of}`)
  assert.deepEqual(watched(), ['partner-authority shop-client/7'])
  await checkCertificate(partner, presented, Date.now())
  assert.deepEqual(watched(), ['partner-authority shop-client/7', 'partner-client shop-client'])
  const [, shown] = certificatesOfPartners({ all: () => [partner] })
  assert.deepEqual(shown?.expires_at, valid_to)
})
