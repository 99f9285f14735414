/** The pages' listener: what is asked of its files by who looks for a way out of their folder, and what its answers carry. */
import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import type { Context } from '../domain/context.ts'
import { createLog } from '../infra/log.ts'
import { createAppServer, serveApp } from './app-pages.ts'

let dir: string
let server: FastifyInstance
before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'punte-pages-'))
  await mkdir(join(dir, 'dist', 'assets'), { recursive: true })
  await writeFile(join(dir, 'secret.txt'), 'not to be had')
  await writeFile(join(dir, 'dist', 'index.html'), '<style nonce="__PUNTE_NONCE__"></style>')
  await writeFile(join(dir, 'dist', 'assets', 'a.js'), 'let a = 1')
  const context = {
    log: createLog('silent'),
    settings: { PUNTE_TRUSTED_PROXIES: [], PUNTE_ADDRESS_RATE_PER_MINUTE: 1_000 },
  } as unknown as Context
  server = createAppServer(context, 'office', 'https://office.example')
  await serveApp(server, context, { name: 'office', dist: join(dir, 'dist') })
})
after(async () => {
  await server.close()
  await rm(dir, { recursive: true })
})

test('what is no file of the pages is unknown, however it is asked for, and no fault of ours', async () => {
  const asked: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
    ['/office/assets/..%2f..%2fsecret.txt', {}],
    ['/office/assets/..%5c..%5csecret.txt', {}],
    ['/office/assets/%00', {}],
    ['/office/assets/', {}],
    ['/office/assets/.hidden', {}],
    ['/office/assets/a.js', { range: 'bytes=9999-' }],
    ['/office/assets/a.js', { 'if-match': 'x' }],
  ]
  for (const [url, headers] of asked) {
    const { statusCode, body } = await server.inject({ method: 'GET', url, headers })
    assert.equal(statusCode, 404, `${url} ${JSON.stringify(headers)} ${body}`)
    assert.doesNotMatch(body, /not to be had/)
  }
})

test('every answer says what may run in it, who may frame it, and that it is what it says', async () => {
  const nonces = new Set<string>()
  for (const url of [
    '/office',
    '/',
    '/office/assets/a.js',
    '/office/assets/b.js',
    '/favicon.ico',
    '/office/api/none',
  ]) {
    const { headers } = await server.inject({ method: 'GET', url })
    const policy = String(headers['content-security-policy'])
    assert.match(policy, /default-src 'none'.*frame-ancestors 'none'/, url)
    assert.doesNotMatch(policy, /unsafe|\*/, url)
    assert.equal(headers['x-content-type-options'], 'nosniff', url)
    assert.equal(headers['strict-transport-security'], 'max-age=31536000', url)
    const nonce = /'nonce-([^']+)'/.exec(policy)?.[1]
    if (nonce !== undefined) nonces.add(nonce)
  }
  assert.equal(nonces.size, 2, 'a fresh one each time')
})
