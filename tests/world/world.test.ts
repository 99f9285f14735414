import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { processesOf } from '../../bench/chaos/victims.ts'
import { bootWorld, spawnDemo, type TestWorld, until } from './world.ts'

const answers = (url: string): Promise<boolean> =>
  fetch(url, { signal: AbortSignal.timeout(60_000) }).then(
    async (response) => (await response.text()) !== '' && response.ok,
    () => false,
  )

async function runDemo(args: readonly string[]): Promise<{ code: number | null; output: string }> {
  const demo = spawnDemo(args)
  let output = ''
  demo.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')))
  demo.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')))
  const [code] = (await once(demo, 'close')) as [number | null]
  return { code, output }
}

describe('a demo world', () => {
  let world: TestWorld
  before(async () => {
    world = await bootWorld()
  })
  after(() => world.remove())

  test('answers on every address of the ready file, which only its owner may read', async () => {
    const { facts } = world
    assert.equal(statSync(join(world.dir, 'ready.json')).mode & 0o077, 0)
    for (const url of [
      facts.shop.url,
      facts.erp.url,
      facts.mailbox.url,
      facts.mailbox.messages_url,
      `${facts.ops.url}/ready`,
    ]) {
      assert.ok(await answers(url), url)
    }
    assert.deepEqual(
      facts.banks.slice(0, 3).map((bank) => bank.sca),
      ['redirect', 'oauth', 'decoupled'],
    )
    assert.deepEqual(
      facts.banks.slice(3).map((bank) => bank.id),
      ['BT', 'BCR', 'BRD', 'ING', 'RZB', 'UCB', 'CEC', 'LIB'],
    )
    for (const bank of facts.banks) assert.ok(await answers(`${bank.pages}/sandbox/ledger?summary=1`), bank.id)
    for (const { certificate, private_key, webhook_secret_or_key } of facts.partners) {
      assert.ok(existsSync(certificate) && existsSync(private_key))
      assert.match(webhook_secret_or_key, /^whsec_/)
    }
    for (const secret of ['keys.json', 'punte.conf'])
      assert.equal(statSync(join(world.dir, secret)).mode & 0o077, 0, secret)
  })

  test('a second world in its folder, or on its ports, is refused and leaves nothing behind', async () => {
    const same_folder = await runDemo(['--port-base', '40000', '--data', world.dir])
    assert.equal(same_folder.code, 1)
    assert.match(same_folder.output, /a world is running/)
    const reset = await runDemo(['--port-base', '40000', '--data', world.dir, '--reset'])
    assert.equal(reset.code, 1)
    const elsewhere = mkdtempSync(join(tmpdir(), 'punte-world-'))
    try {
      const same_ports = await runDemo(['--port-base', String(world.port_base), '--data', elsewhere])
      assert.equal(same_ports.code, 1)
      assert.match(same_ports.output, new RegExp(`${world.port_base} \\(partner API\\)`))
      assert.deepEqual(processesOf(elsewhere), [])
    } finally {
      rmSync(elsewhere, { recursive: true })
    }
    assert.ok(await answers(`${world.facts.ops.url}/ready`))
  })

  test('a server that is killed is started again', async () => {
    const server = processesOf(join(world.dir, 'punte.conf'))
    assert.equal(server.length, 1)
    process.kill(Number(server[0]), 'SIGKILL')
    await until('the new server', () => world.output().includes('server answers again'))
    await until('readiness', () => answers(`${world.facts.ops.url}/ready`))
  })

  test('stops with code 0, leaves no process, and goes on with the same data', async () => {
    const secret = world.facts.partners[0]?.webhook_secret_or_key
    const keys = readFileSync(join(world.dir, 'keys.json'), 'utf8')
    assert.equal(await world.stop(), 0)
    assert.deepEqual(processesOf(world.dir), [])
    assert.ok(!existsSync(join(world.dir, 'ready.json')))
    world = await bootWorld({ dir: world.dir, port_base: world.port_base })
    assert.equal(world.facts.partners[0]?.webhook_secret_or_key, secret)
    assert.equal(readFileSync(join(world.dir, 'keys.json'), 'utf8'), keys)
  })

  test('kill -9 of the demo itself takes every process with it', async () => {
    process.kill(world.facts.pid, 'SIGKILL')
    await until('the end of every process', () => processesOf(world.dir).length === 0)
  })
})

test('--reset leaves a folder alone that is no world', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'punte-world-'))
  try {
    writeFileSync(join(dir, 'letter.txt'), 'dear')
    const { code, output } = await runDemo(['--port-base', '40000', '--data', dir, '--reset'])
    assert.equal(code, 1)
    assert.match(output, /is not a demo world/)
    assert.ok(existsSync(join(dir, 'letter.txt')))
  } finally {
    rmSync(dir, { recursive: true })
  }
})
