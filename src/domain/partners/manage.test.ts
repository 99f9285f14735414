import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type Authority, createAuthority, issueClientCertificate } from '../../infra/certificates/issue.ts'
import { systemClock } from '../../infra/clock.ts'
import { type TestDatabase, testDatabase } from '../../infra/database/template.ts'
import { createKeyFile } from '../../infra/keys/key-file.ts'
import { type Keys, loadKeys } from '../../infra/keys/keys.ts'
import { createLog } from '../../infra/log.ts'
import { until } from '../../infra/testing/until.ts'
import { createPartnerDirectory, type PartnerDirectory } from './directory.ts'
import { checkLogo, logoFromFile } from './logo.ts'
import {
  addPartner,
  listPartners,
  type NewPartnerInput,
  renewWebhookSecret,
  setRedirectUrls,
  showPartner,
  updateProfile,
} from './manage.ts'
import { checkRedirectUrls } from './profile.ts'
import { addCertificate, withdrawCertificate } from './registrations.ts'
import { suspendPartner } from './standing.ts'

const dir = mkdtempSync(join(tmpdir(), 'punte-manage-'))
let database: TestDatabase
let keys: Keys
let directory: PartnerDirectory
let authority: Authority
const log = createLog('silent')
const context = () => ({ db: database.db, keys, clock: systemClock })
const base: NewPartnerInput = { name: 'Florăria Ana', type: 'Ecommerce', redirect_urls: ['https://shop.example/'] }
const refused =
  (field: string, code = 'FIELD_INVALID') =>
  (error: { code?: string; field?: string }) =>
    error.code === code && error.field === field

before(async () => {
  database = await testDatabase()
  createKeyFile(join(dir, 'keys'))
  keys = loadKeys(join(dir, 'keys'))
  authority = await createAuthority({ name: 'CA' })
  directory = await createPartnerDirectory({ db: database.db, keys, log, refresh_every_ms: 30 })
})
after(async () => {
  directory.close()
  await database.drop()
  rmSync(dir, { recursive: true })
})

test('a partner is added with its certificate; the directory sees it by itself; the secret rests sealed', async () => {
  const { certificate_pem } = await issueClientCertificate(authority, {
    subject: { common_name: 'ana', organisation: 'Floraria Ana SRL' },
  })
  const added = await addPartner(context(), {
    ...base,
    certificate: { certificate_pem, authority_pem: authority.certificate_pem },
  })
  assert.match(added.client_id, /^floraria-ana-[0-9a-f]{10}$/)
  assert.match(added.webhook_secret, /^whsec_[A-Za-z0-9+/]{32}$/)
  await until('the partner in the directory', () => directory.byClientId(added.client_id) !== undefined)
  const partner = directory.byClientId(added.client_id)
  assert.equal(partner, directory.byId(added.partner_id))
  assert.equal(partner?.webhook_secret, added.webhook_secret)
  assert.equal(partner?.certificates[0]?.subject, 'C=RO, O=Floraria Ana SRL, CN=ana')
  const { rows } = await database.db.query<{ row: string }>({
    text: 'select p::text as row from partners p',
    values: [],
  })
  assert.ok(
    !rows[0]?.row.includes(Buffer.from(added.webhook_secret).toString('hex')) &&
      !rows[0]?.row.includes(added.webhook_secret),
  )
  assert.ok(!JSON.stringify(await listPartners(context())).includes(added.webhook_secret))
})

test('directory objects stay the same until something changes', async () => {
  const { client_id } = await addPartner(context(), base)
  await directory.refresh()
  const before_change = directory.byClientId(client_id)
  await directory.refresh()
  assert.equal(directory.byClientId(client_id), before_change)
  await suspendPartner(context(), client_id)
  await directory.refresh()
  assert.equal(directory.byClientId(client_id)?.status, 'suspended')
  assert.equal(before_change?.status, 'active')
  const secret = await renewWebhookSecret(context(), client_id)
  assert.deepEqual(
    [directory.byClientId(client_id)?.may_headless, directory.byClientId(client_id)?.may_flexible_url],
    [false, false],
  )
  await updateProfile(context(), {
    client_id,
    colour: '#ABCDEF',
    require_signed_requests: true,
    may_headless: true,
    may_flexible_url: true,
  })
  await setRedirectUrls(context(), { client_id, redirect_urls: ['http://localhost:4403/a'] })
  await directory.refresh()
  const { webhook_secret, colour, require_signed_requests, redirect_urls } = directory.byClientId(client_id) ?? {}
  assert.deepEqual(
    [webhook_secret, colour, require_signed_requests, redirect_urls],
    [secret, '#abcdef', true, ['http://localhost:4403/a']],
  )
  const may = () => {
    const { may_headless, may_flexible_url } = directory.byClientId(client_id) ?? {}
    return [may_headless, may_flexible_url]
  }
  assert.deepEqual(may(), [true, true])
  await updateProfile(context(), { client_id, may_headless: false })
  await directory.refresh()
  assert.deepEqual(may(), [false, true])
})

test('certificates: added, shown, withdrawn; only with the authority that issued them', async () => {
  const { client_id } = await addPartner(context(), base)
  const { certificate_pem } = await issueClientCertificate(authority, { subject: { common_name: 'x' } })
  const other = await createAuthority({ name: 'CA' })
  await assert.rejects(
    addCertificate(context(), { client_id, certificate_pem, authority_pem: other.certificate_pem }),
    refused('authority'),
  )
  await assert.rejects(
    addCertificate(context(), { client_id, certificate_pem, authority_pem: certificate_pem }),
    refused('authority'),
  )
  await assert.rejects(
    addCertificate(context(), { client_id, certificate_pem: 'none', authority_pem: authority.certificate_pem }),
    refused('certificate'),
  )
  const input = { client_id, certificate_pem, authority_pem: authority.certificate_pem }
  await assert.rejects(addCertificate(context(), { ...input, revocation_list: 'rubbish' }), refused('revocation_list'))
  await assert.rejects(
    addCertificate(context(), { ...input, revocation_list_url: 'ftp://a' }),
    refused('revocation_list_url'),
  )
  await assert.rejects(
    addCertificate(context(), { ...input, client_id: 'nobody-here' }),
    (error: { code?: string }) => error.code === 'PARTNER_UNKNOWN',
  )
  const expired = await issueClientCertificate(authority, {
    subject: { common_name: 'x' },
    valid_from: new Date(Date.now() - 9e7),
    valid_to: new Date(Date.now() - 1e6),
  })
  await assert.rejects(
    addCertificate(context(), { ...input, certificate_pem: expired.certificate_pem }),
    refused('certificate'),
  )
  const { certificate_id } = await addCertificate(context(), {
    ...input,
    certificate_pem: `some text\n${certificate_pem}`,
  })
  await withdrawCertificate(context(), { client_id, certificate_id })
  await assert.rejects(withdrawCertificate(context(), { client_id, certificate_id }), refused('certificate_id'))
  const shown = await showPartner(context(), client_id)
  assert.deepEqual(
    shown.certificates.map((one) => [one.certificate_id, one.withdrawn_at !== null]),
    [[certificate_id, true]],
  )
})

test('a profile that is wrong is refused by its field', async () => {
  for (const [change, field, code] of [
    [{ name: ' ' }, 'name', 'FIELD_REQUIRED'],
    [{ name: 'x'.repeat(71) }, 'name'],
    [{ type: 'Other' as 'Finance' }, 'type'],
    [{ client_id: 'short' }, 'client_id'],
    [{ colour: 'blue' }, 'colour'],
    [{ redirect_urls: [] }, 'redirect_urls', 'FIELD_REQUIRED'],
    [{ webhook_url: 'http://shop.example/hook' }, 'webhook_url'],
    [{ requests_per_minute: 0 }, 'requests_per_minute'],
    [{ webhook_secret: 'short' }, 'webhook_secret'],
    [{ logo: 'https://elsewhere/logo.png' }, 'logo'],
  ] as const) {
    await assert.rejects(addPartner(context(), { ...base, ...change }), refused(field, code), field)
  }
  const { client_id } = await addPartner(context(), base)
  await assert.rejects(addPartner(context(), { ...base, client_id }), refused('client_id'))
})

test('redirect addresses are https, or http on this machine', () => {
  assert.deepEqual(
    checkRedirectUrls(['https://a.example/x?y=1', 'http://localhost:1/', 'http://127.0.0.1', 'http://[::1]:8/']),
    ['https://a.example/x?y=1', 'http://localhost:1/', 'http://127.0.0.1/', 'http://[::1]:8/'],
  )
  for (const url of [
    'http://a.example',
    'http://localhost.evil.example',
    'javascript:alert(1)',
    'https://u:p@a.example',
    'https://a.example/#x',
    'https://a.example/#',
    'a.example',
    'file:///etc/passwd',
    '',
  ]) {
    assert.throws(() => checkRedirectUrls([url]), refused('redirect_urls'), url)
  }
})

test('logos: PNG and harmless SVG, nothing that runs or fetches', () => {
  const svg = (text: string) => () => logoFromFile(Buffer.from(text))
  const good =
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><defs><linearGradient id="a"/></defs><path fill="url(#a)" d="M0 0h9"/><use href="#a"/></svg>'
  assert.match(logoFromFile(Buffer.from(good)), /^data:image\/svg\+xml;base64,/)
  assert.match(svg(`<?xml version="1.0"?>\n<!-- made by hand -->\n${good}`)(), /^data:/)
  assert.match(
    logoFromFile(Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.alloc(20)])),
    /^data:image\/png/,
  )
  for (const inner of [
    '<script>1</script>',
    '<svg:script/>',
    '<g onload="x()"/>',
    '<g\nonclick = "x()"/>',
    '<g/onload=x>',
    '<foreignObject/>',
    '<image href="https://a/b.png"/>',
    '<image xlink:href="//a/b.png"/>',
    '<use href="data:image/svg+xml,x"/>',
    '<a href="java&#115;cript:x"/>',
    '<style>@import "a.css"</style>',
    '<style>g{fill:u\\72l(https://a)}</style>',
    '<g style="fill:url(https://a)"/>',
    '<animate attributeName="href" to="x"/>',
    '<set attributeName="onload" to="x"/>',
    '<iframe src="x"/>',
  ]) {
    assert.throws(svg(`<svg xmlns="http://www.w3.org/2000/svg">${inner}</svg>`), refused('logo'), inner)
  }
  assert.throws(svg('<!DOCTYPE svg [<!ENTITY a "b">]><svg></svg>'), refused('logo'))
  assert.throws(svg('<html></html>'), refused('logo'))
  assert.throws(svg(`<svg>${' '.repeat(140_000)}</svg>`), refused('logo'))
  assert.throws(() => checkLogo('data:image/png;base64,AAAA'), refused('logo'))
  assert.throws(() => checkLogo('data:text/html;base64,AAAA'), refused('logo'))
})
