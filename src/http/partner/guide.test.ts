import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import { createAuthority } from '../../infra/certificates/issue.ts'
import { BANK } from './testing/banks.ts'
import { createWorld, freePort, type TestWorld } from './testing/world.ts'

const GUIDE = readFileSync(new URL('../../../docs/partner-guide.md', import.meta.url), 'utf8')
const run = promisify(execFile)

let world: TestWorld
let folder: string
let api: string

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'punte-guide-'))
  const port = await freePort()
  api = `https://localhost:${port}`
  const demo = { ...BANK, id: 'carpati', name: 'Banca Carpați', iban_codes: ['SBXA'] }
  world = await createWorld({ PUNTE_PARTNER_PORT: String(port), PUNTE_PARTNER_URL: api }, [demo])
  const { issued } = await world.partner({
    authority: await createAuthority({ name: 'Partner CA' }),
    common_name: 'My Shop',
    client_id: 'my-shop-1',
    redirect_urls: ['http://localhost:9000/'],
    may_headless: true,
    may_flexible_url: true,
  })
  const put = (name: string, text: string) => writeFileSync(join(folder, name), text)
  put('client.pem', issued.certificate_pem)
  put('client.key', issued.key_pem)
  put('ca.pem', world.ca)
  // The operator's command has its own tests; the partner above is allowed everything.
  put('punte', '#!/bin/sh\n')
  chmodSync(join(folder, 'punte'), 0o755)
})
after(async () => {
  await world.close()
  rmSync(folder, { recursive: true, force: true })
})

/** The commands of a step, as a reader would paste them. */
function blocksOf(step: number): string {
  const [, section = ''] = GUIDE.split(new RegExp(`^## ${step}\\. .*$`, 'm'))
  const text = section.split(/^## /m)[0] ?? ''
  return [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block]) => block).join('')
}

test('the guide’s commands for lists, series, links, a page of one’s own and cancellation do what it says', async () => {
  const payment = /^cat > payment\.json[\s\S]*?^END$/m.exec(blocksOf(6))?.[0] ?? ''
  const script = [
    'set -euo pipefail',
    'sleep() { :; }',
    'call() { curl -sS -w "\\n" --cacert ca.pem --cert client.pem --key client.key "$@"; }',
    payment,
    ...[11, 12, 13, 14, 15].map((step) => `echo "== ${step}"\n${blocksOf(step)}`),
  ].join('\n')
  const { stdout } = await run('bash', ['-c', script], { cwd: folder, env: { ...process.env, api, PUNTE: folder } })
  const said = Object.fromEntries(stdout.split('== ').map((part) => [part.slice(0, 2), part.slice(3)]))
  const json = (name: string) => JSON.parse(readFileSync(join(folder, name), 'utf8'))
  assert.equal(json('list.json').payments.length, 2)
  assert.match(said['11'] ?? '', /"payments\[0\]\.amount"[\s\S]*"payments\[1\]\.creditorIban"[\s\S]*"kind": "list"/)
  assert.match(
    said['12'] ?? '',
    /^https:\/\/pay\.example\/\S+\nhttps:\/\/pay\.example\/\S+\n[\s\S]*"status": "PENDING"/,
  )
  assert.match(said['13'] ?? '', /^https:\/\/pay\.example\/\S+\n\d{4}-\d{2}-\d{2}T/)
  assert.match(readFileSync(join(folder, 'link.svg'), 'utf8'), /^<svg /)
  assert.match(said['14'] ?? '', /"code": "carpati"/)
  assert.equal(json('headless.json').redirectUri, 'https://bank.example/sca')
  assert.match(said['15'] ?? '', /"cancelled":true/)
})
