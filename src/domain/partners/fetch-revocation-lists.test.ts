import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import {
  createAuthority,
  issueClientCertificate,
  issueRevocationList,
  serialOf,
} from '../../infra/certificates/issue.ts'
import { testDatabase } from '../../infra/database/template.ts'
import { createKeyFile } from '../../infra/keys/key-file.ts'
import { loadKeys } from '../../infra/keys/keys.ts'
import { createLog } from '../../infra/log.ts'
import { createOutbound } from '../../infra/outbound.ts'
import { checkCertificate, readCertificate } from './certificates.ts'
import { createPartnerDirectory, type Partner } from './directory.ts'
import { fetchRevocationLists } from './fetch-revocation-lists.ts'
import { addPartner } from './manage.ts'

const HOUR_MS = 3_600_000

test('lists are fetched, taken only when genuine and newer, and asked for again', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'punte-crl-'))
  createKeyFile(join(dir, 'keys'))
  const keys = loadKeys(join(dir, 'keys'))
  const log = createLog('silent')
  const database = await testDatabase()
  const partners = await createPartnerDirectory({ db: database.db, keys, log })
  const outbound = createOutbound({ log, private_addresses_allowed: true, user_agent: 'test' })
  let published: Buffer | string = ''
  const server = createServer((_request, response) => response.end(published))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    const authority = await createAuthority({ name: 'CA' })
    const issued = await issueClientCertificate(authority, { subject: { common_name: 'x' } })
    let offset_ms = 0
    const ctx = {
      db: database.db,
      keys,
      clock: { now: () => new Date(Date.now() + offset_ms) },
      outbound,
      partners,
      log,
    }
    const revocation_list_url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/list.crl`
    const { client_id } = await addPartner(ctx, {
      name: 'X',
      type: 'Finance',
      redirect_urls: ['https://x.example'],
      certificate: {
        certificate_pem: issued.certificate_pem,
        authority_pem: authority.certificate_pem,
        revocation_list_url,
      },
    })
    await partners.refresh()
    const verdict = () =>
      checkCertificate(
        partners.byClientId(client_id) as Partner,
        readCertificate(issued.certificate_pem),
        ctx.clock.now().getTime(),
      ).then(
        () => 'good',
        (error: { code: string }) => error.code,
      )
    assert.equal(await verdict(), 'CERTIFICATE_STATUS_UNKNOWN')
    published = await issueRevocationList(await createAuthority({ name: 'CA' }), { serials: [] })
    assert.equal((await fetchRevocationLists(ctx)).updated, 0)
    assert.equal(await verdict(), 'CERTIFICATE_STATUS_UNKNOWN')
    published = '<html>'
    assert.equal((await fetchRevocationLists(ctx)).updated, 0)
    const first = await issueRevocationList(authority, { serials: [] })
    published = Buffer.from(first.replace(/-----[^-]+-----|\s/g, ''), 'base64')
    assert.equal((await fetchRevocationLists(ctx)).updated, 1)
    assert.equal(await verdict(), 'good')
    assert.equal((await fetchRevocationLists(ctx)).updated, 0)
    offset_ms += HOUR_MS
    published = await issueRevocationList(authority, { serials: [], valid_from: new Date(Date.now() - 5 * HOUR_MS) })
    assert.equal((await fetchRevocationLists(ctx)).updated, 0)
    published = await issueRevocationList(authority, {
      serials: [serialOf(issued.certificate_pem)],
      valid_from: new Date(),
    })
    assert.equal((await fetchRevocationLists(ctx)).updated, 1)
    assert.equal(await verdict(), 'CERTIFICATE_REVOKED')
  } finally {
    server.close()
    partners.close()
    await outbound.close()
    await database.drop()
    rmSync(dir, { recursive: true })
  }
})
