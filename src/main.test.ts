import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { captureChild } from './commands/process.ts'

const dir = mkdtempSync(join(tmpdir(), 'punte-cli-'))
after(() => rmSync(dir, { recursive: true }))

const MAIN = new URL('./main.ts', import.meta.url).pathname
/** A bare environment: what the developer's shell has set must not decide. */
const punte = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  captureChild(process.execPath, [MAIN, ...args], {
    timeout_ms: 300_000,
    cwd: dir,
    env: { PATH: '/usr/bin:/bin', ...env },
  })

describe('the command line', () => {
  test('help and version answer on stdout with 0', async () => {
    assert.equal((await punte(['help'])).code, 0)
    const { code, output } = await punte(['--version'])
    assert.equal(code, 0)
    assert.match(output, /^punte \d+\.\d+\.\d+\n$/)
  })

  test('what is not known is refused with 2 and a word of help', async () => {
    for (const args of [
      [],
      ['strat'],
      ['toString'],
      ['start', '--bogus'],
      ['start', 'now'],
      ['start', '--only', 'x'],
      ['partner', 'frob'],
    ]) {
      const { code, output } = await punte(args)
      assert.equal(code, 2, args.join(' '))
      assert.match(output, /punte/)
      assert.doesNotMatch(output, /at .*\.ts:\d+/, 'a stack')
    }
    for (const port of ['abc', '80', '65530']) {
      assert.equal((await punte(['demo', `--port-base=${port}`])).code, 2, port)
    }
  })

  test('every fault of a configuration is told at once, with 78', async () => {
    const file = join(dir, 'faulty.conf')
    writeFileSync(
      file,
      'PUNTE_KEY_FLE=/x\nPUNTE_PARTNER_URL=http://x\nPUNTE_PARTNER_PORT=99999\nPUNTE_WEBHOOK_PRIVATE_ADDRESSES=maybe\n',
    )
    const { code, output } = await punte(['start'], { PUNTE_CONFIG_FILE: file })
    assert.equal(code, 78)
    for (const name of [
      'PUNTE_KEY_FLE',
      'PUNTE_PARTNER_URL',
      'PUNTE_PARTNER_PORT',
      'PUNTE_WEBHOOK_PRIVATE_ADDRESSES',
      'PUNTE_SMTP_URL',
    ]) {
      assert.match(output, new RegExp(`^ {2}${name}: `, 'm'))
    }
  })

  test('keys are created for their owner only, never over others, and refused when others can read them', async () => {
    const path = join(dir, 'keys.json')
    assert.equal((await punte(['keys', 'create', path])).code, 0)
    assert.equal(statSync(path).mode & 0o777, 0o600)
    assert.notEqual((await punte(['keys', 'create', path])).code, 0)
    const env = { PUNTE_KEY_FILE: path }
    const shown = await punte(['keys', 'status'], env)
    assert.equal(shown.code, 0)
    assert.match(shown.output, /sealing .* active/)
    const open = join(dir, 'open.json')
    writeFileSync(open, '{}', { mode: 0o644 })
    assert.equal((await punte(['keys', 'status'], { PUNTE_KEY_FILE: open })).code, 78)
  })
})
