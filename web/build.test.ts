import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { buildPages, TRANSFER_BUDGET_BYTES } from './build.ts'

const { dir: checkout_dir, transfer_bytes } = await buildPages()
const html = readFileSync(join(checkout_dir, 'index.html'), 'utf8')

test('the page keeps its transfer budget, and a second build has nothing to do', async () => {
  assert.ok(transfer_bytes > 10_000 && transfer_bytes <= TRANSFER_BUDGET_BYTES, `${transfer_bytes} bytes`)
  assert.deepEqual(await buildPages(), { dir: checkout_dir, built: false, transfer_bytes })
})

test('the page stands under a policy without inline script, inline style or strangers', () => {
  assert.doesNotMatch(html, /<style|\sstyle=|\son\w+=|javascript:/i)
  for (const [, attributes, body] of html.matchAll(/<script([^>]*)>([^<]*)/g)) {
    assert.match(attributes ?? '', /src="\/checkout\/assets\/[\w.-]+\.js"/)
    assert.equal(body, '')
  }
  assert.doesNotMatch(html.replaceAll('http://www.w3.org/2000/svg', ''), /https?:|src="\/\//)
})

test('every asset is named by the page, has a hashed name and both compressed siblings', () => {
  const names = readdirSync(join(checkout_dir, 'assets'))
  for (const name of names.filter((name) => !/\.(br|gz)$/.test(name))) {
    assert.match(name, /-[\w-]{8}\.(js|css)$/)
    assert.ok(html.includes(`/checkout/assets/${name}`), name)
    const bytes = readFileSync(join(checkout_dir, 'assets', name))
    assert.deepEqual(brotliDecompressSync(readFileSync(join(checkout_dir, 'assets', `${name}.br`))), bytes)
    assert.deepEqual(gunzipSync(readFileSync(join(checkout_dir, 'assets', `${name}.gz`))), bytes)
  }
})
