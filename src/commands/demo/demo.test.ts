import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { readSettings } from '../../config.ts'
import { until } from '../../infra/testing/until.ts'
import { startChild } from './child.ts'
import { settingsText } from './files.ts'
import { holderOf, lockWorld, requireFreePorts, worldAt } from './world.ts'

const dir = mkdtempSync(join(tmpdir(), 'punte-demo-'))
after(() => rmSync(dir, { recursive: true }))

test('settings are read back as they were meant', () => {
  const operator = 'Ștefan & "Fiii" SRL # nu e comentariu · 100 %'
  const path = join(dir, 'written.conf')
  writeFileSync(
    path,
    settingsText({ PUNTE_OPERATOR_NAME: operator, PUNTE_OPERATOR_CONTACT: "O'Neill", PUNTE_PARTNER_PORT: 4400 }),
  )
  const settings = readSettings([], { PUNTE_CONFIG_FILE: path })
  assert.equal(settings.PUNTE_OPERATOR_NAME, operator)
  assert.equal(settings.PUNTE_OPERATOR_CONTACT, "O'Neill")
  assert.equal(settings.PUNTE_PARTNER_PORT, 4400)
})

test('a lock left by a dead process is taken over, a living demo keeps its own', async () => {
  const world = worldAt(dir, 4400)
  writeFileSync(world.lock, '999999999\n')
  assert.equal(await holderOf(world), undefined)
  const unlock = await lockWorld(world)
  // A process that lives and is no demo has been given the number of one that died.
  writeFileSync(world.lock, '1\n')
  assert.equal(await holderOf(world), undefined)
  await unlock()
})

test('a taken port is named', async () => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  const { banks: _banks, ...ports } = worldAt(dir, 4400).ports
  const unused = Object.fromEntries(Object.keys(ports).map((name) => [name, 0])) as typeof ports
  await assert.rejects(
    requireFreePorts({ ...unused, shop: port, acquirer_pages: port, banks: [] }),
    new RegExp(`in use: ${port} \\(shop\\), ${port} \\(acquirer pages\\)`),
  )
  server.close()
})

test('a child that ends before it answers fails the start; one that ends later is started again', async () => {
  const events: string[] = []
  const spec = (args: readonly string[]) => ({
    name: 'child',
    args,
    env: {},
    log_file: join(dir, 'child.log'),
    ready_by: 'stdout' as const,
    on_event: (words: string) => void events.push(words),
  })
  await assert.rejects(
    startChild(spec(['src/main.ts', 'no-such-command'])).ready,
    /child ended before it answered \(exit code 2\)/,
  )

  const script = 'src/commands/demo/ready-child.ts'
  const child = startChild(spec([script]))
  assert.equal((await child.ready).name, 'ready')
  const first = child.pid() as number
  process.kill(first, 'SIGKILL')
  await until('the new child', () => events.some((words) => words.includes('answers again')))
  assert.match(events.join('\n'), /ended unexpectedly \(SIGKILL\)[\s\S]*answers again/)
  const second = child.pid() as number
  assert.notEqual(second, first)
  await child.stop()
  assert.throws(() => process.kill(second, 0))
})
