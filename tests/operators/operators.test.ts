/** What operators do: configure, register partners, rotate keys under load, run a second process, stop and start again. */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, chmodSync, copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { newEmail, type Parties, partiesOf } from '../world/parties.ts'
import { comeBack, decideAtBank, payerAt } from '../world/payer.ts'
import { punte, punteIn } from '../world/punte.ts'
import { assertNoSecretsReadable } from '../world/secrets.ts'
import { bootWorld, freePortBase, ROOT, type TestWorld, until } from '../world/world.ts'
import { explainTests } from './explain.ts'
import { proveTests } from './prove.ts'

const AMOUNT_MINOR = 1_999

let world: TestWorld
let parties: Parties
before(async () => {
  world = await bootWorld({ settle_ms: 0 })
  parties = partiesOf(world)
})
after(async () => {
  await parties?.close()
  await world?.finish()
})

/** A whole payment; `page_origin` where another process serves the page. @returns its number */
async function pay(page_origin?: string): Promise<{ payment_id: number; order_id: string }> {
  const who = parties.person('carpati', 'ana')
  const email = newEmail('operator')
  const { payment_id, order_id, redirect_url } = await parties.placeOrder({ amount: '19.99', email })
  const { origin } = new URL(redirect_url)
  const through = (url: string) => (page_origin === undefined ? url : url.replace(origin, page_origin))
  const payer = payerAt(through(redirect_url))
  await comeBack(through(await decideAtBank(await payer.toBank(who, email), who, 'approve')))
  await parties.assertDebitedOnce(who, payment_id, AMOUNT_MINOR)
  return { payment_id, order_id }
}

describe('configuration', () => {
  test('every fault is told at once, by the name of the setting, and no value is repeated', async () => {
    const file = join(world.dir, 'faulty.conf')
    const faulty = [
      'PUNTE_PARTNER_PORT=70000',
      'PUNTE_CHECKOUT_URL=http://pay.example',
      'PUNTE_PARTNER_URL=http://api.example',
      'PUNTE_WORKER_CONCURRENCY=many',
      'PUNTE_LOG_LEVEL=loud',
      'PUNTE_SMTP_URL=hunter2',
      'PUNTE_PARTNR_HOST=127.0.0.1',
    ]
    writeFileSync(file, `${faulty.join('\n')}\n`)
    const { code, stderr, stdout } = await punte(['start'], { PUNTE_CONFIG_FILE: file })
    assert.notEqual(code, 0)
    const required = [
      'PUNTE_KEY_FILE',
      'PUNTE_QWAC_KEY_FILE',
      'PUNTE_QSEAL_CERTIFICATE_FILE',
      'PUNTE_OPERATOR_NAME',
      'PUNTE_MAIL_FROM',
    ]
    for (const name of [...faulty.map((line) => line.split('=')[0] ?? ''), ...required])
      assert.match(stderr, new RegExp(`^\\s*${name}: `, 'm'), name)
    assert.doesNotMatch(stderr + stdout, /hunter2|\bat .*\.ts:\d+/)
  })

  test('a key file that others can read is refused', async () => {
    const open = join(world.dir, 'open-keys.json')
    copyFileSync(join(world.dir, 'keys.json'), open)
    chmodSync(open, 0o644)
    const env = { PUNTE_CONFIG_FILE: world.facts.configuration_file, PUNTE_KEY_FILE: open }
    for (const command of [['start'], ['partner', 'list']]) {
      const { code, stderr } = await punte(command, env)
      assert.notEqual(code, 0)
      assert.match(stderr, /open-keys\.json/)
      assert.doesNotMatch(stderr, /"key"|\bat .*\.ts:\d+/)
    }
  })

  test('an up-to-date database is left as it is by another migration', async () => {
    const { code, stderr } = await punteIn(world, 'migrate')
    assert.equal(code, 0, stderr)
  })
})

describe('partners by command', () => {
  const CLIENT_ID = 'papetarie-noua'
  const certificate = () => [
    '--certificate',
    join(world.dir, 'pki', 'shop.pem'),
    '--authority',
    join(world.dir, 'pki', 'partner-ca.pem'),
  ]

  test('add, list, show, certificate, suspend, resume', async () => {
    const added = await punteIn(
      world,
      'partner',
      'add',
      '--name',
      'Papetărie Nouă',
      '--type',
      'Finance',
      '--client-id',
      CLIENT_ID,
      '--redirect-url',
      'https://papetarie.example/',
    )
    assert.equal(added.code, 0, added.stderr)
    const secret = /whsec_\S+/.exec(added.stdout)?.[0]
    assert.ok(secret !== undefined)
    const listed = await punteIn(world, 'partner', 'list')
    assert.match(listed.stdout, new RegExp(`^${CLIENT_ID}\\s+Finance\\s+active\\s+Papetărie Nouă$`, 'm'))
    const registered = await punteIn(world, 'partner', 'certificate', CLIENT_ID, ...certificate())
    assert.match(registered.stdout, /certificate \d+ registered/)
    const shown = await punteIn(world, 'partner', 'show', CLIENT_ID)
    for (const words of [/Papetărie Nouă/, /https:\/\/papetarie\.example\//, /floraria-ana\.example/])
      assert.match(shown.stdout, words)
    assert.ok(!shown.stdout.includes(secret), 'the secret is shown once')
    assert.equal((await punteIn(world, 'partner', 'suspend', CLIENT_ID)).code, 0)
    assert.match((await punteIn(world, 'partner', 'list')).stdout, new RegExp(`${CLIENT_ID}\\s+Finance\\s+suspended`))
    assert.equal((await punteIn(world, 'partner', 'resume', CLIENT_ID)).code, 0)
  })

  test('what is wrong is said in a sentence, without a stack', async () => {
    const add = ['partner', 'add', '--name', 'X', '--redirect-url', 'https://x.example/', '--type']
    const wrong: readonly (readonly [readonly string[], RegExp])[] = [
      [[...add, 'Ecommerce', '--client-id', 'floraria-ana'], /client_id|client id/i],
      [[...add, 'Shop'], /--type/],
      [[...add, 'Finance', '--colour', 'green'], /colour/],
      [[...add, 'Finance', '--webhook-url', 'ftp://x.example'], /webhook/],
      [['partner', 'add', '--name', 'X', '--type', 'Finance', '--redirect-url', 'http://x.example/'], /redirect/i],
      [['partner', 'show', 'nimeni-nu-stie'], /nimeni-nu-stie|not known|no such/i],
      [
        ['partner', 'certificate', 'floraria-ana', '--certificate', '/nowhere.pem', '--authority', '/nowhere.pem'],
        /nowhere\.pem/,
      ],
      [['webhook', 'redeliver', '999'], /no webhook/],
      [['partner', 'fly'], /no such action/],
    ]
    for (const [args, says] of wrong) {
      const { code, stderr } = await punteIn(world, ...args)
      assert.ok(code === 1 || code === 2, `${args.join(' ')}: ${code}`)
      assert.match(stderr, says, args.join(' '))
      assert.doesNotMatch(stderr, /\bat .*\.ts:\d+/)
    }
  })
})

explainTests(
  () => world,
  () => parties,
)

proveTests(
  () => world,
  () => parties,
  pay,
)

describe('the running service', () => {
  test('keys rotate while payments run: none fails, and nothing stays sealed by the former key', async () => {
    const keys_before = readFileSync(join(world.dir, 'keys.json'), 'utf8')
    const { payment_id: earlier } = await pay()
    let running = true
    const paid: number[] = []
    const payers = Array.from({ length: 2 }, async () => {
      while (running) paid.push((await pay()).payment_id)
    })
    try {
      const sealing = await punteIn(world, 'keys', 'rotate')
      assert.equal(sealing.code, 0, sealing.stderr)
      assert.match(sealing.stdout, /values sealed again; retired: \w+/)
      const signing = await punteIn(world, 'keys', 'rotate', '--signing')
      assert.equal(signing.code, 0, signing.stderr)
      const after_rotation = paid.length
      await until('payments after the rotation', () => paid.length > after_rotation + 2)
    } finally {
      running = false
    }
    await Promise.all(payers)
    assert.ok(paid.length > 5, `${paid.length} payments during the rotation`)
    const keys_after = readFileSync(join(world.dir, 'keys.json'), 'utf8')
    const [former] = /"key":\s*"[^"]+"/.exec(keys_before) ?? []
    assert.ok(former !== undefined && !keys_after.includes(former), 'the former key is gone')
    // What it sealed can be read all the same.
    const { attempts } = await parties.order(orderOf(earlier) ?? '')
    const { values } = await payerAt(attempts[0]?.redirect_url ?? '').view()
    assert.equal(values.creditorName, 'Florăria Ana SRL')
  })

  test('a second process on the same database serves the payments of the first, and stops in order', async () => {
    const base = await freePortBase()
    const second = startSecond(base)
    try {
      await until(
        'the second process',
        async () => (await fetch(`http://127.0.0.1:${base + 2}/ready`).catch(() => undefined))?.ok === true,
      )
      await pay(`http://localhost:${base + 1}`)
    } finally {
      second.kill('SIGTERM')
    }
    const [code] = (await once(second, 'exit')) as [number | null]
    assert.equal(code, 0)
  })
})

function orderOf(payment_id: number): string | undefined {
  const journal = readFileSync(join(world.dir, 'shop', 'payments.jsonl'), 'utf8')
  return new RegExp(`"payment_id":${payment_id},"purchase_id":"([^"]+)"`).exec(journal)?.[1]
}

/** `punte start` of the surfaces, without a worker, on other ports. */
function startSecond(base: number): ChildProcess {
  const { PATH = '', HOME = '' } = process.env
  const ports = {
    PUNTE_PARTNER_PORT: String(base),
    PUNTE_CHECKOUT_PORT: String(base + 1),
    PUNTE_OPS_PORT: String(base + 2),
    PUNTE_GATEWAY_PORT: String(base + 3),
    PUNTE_OFFICE_PORT: String(base + 4),
    PUNTE_PORTAL_PORT: String(base + 5),
  }
  const env = { PATH, HOME, PUNTE_CONFIG_FILE: world.facts.configuration_file, ...ports }
  return spawn(`${ROOT}punte`, ['start', '--no-worker'], { env, stdio: 'ignore' })
}

test('nothing of it can be read in the database, its files or the logs', async () => {
  await assertNoSecretsReadable(world, parties, { 'mail addresses': ['@exemplu-platitor.ro'] })
})

test('the search for secrets finds a token in a column of bytes and an IBAN in a log', async () => {
  await pay()
  const books = readFileSync(join(world.dir, 'shop', 'payments.jsonl'), 'utf8')
  const token = books.match(/"accessToken":"([^"]+)"/)?.[1] ?? ''
  await parties.query('create table leak (bytes bytea)')
  await parties.query('insert into leak values ($1)', [Buffer.from(token)])
  appendFileSync(join(world.facts.logs_dir, 'server.log'), `${parties.person('carpati', 'ana').iban}\n`)
  await assert.rejects(assertNoSecretsReadable(world, parties), ({ actual }: { actual: unknown }) => {
    const found = String(actual)
    return /an access token in tables, PostgreSQL files/.test(found) && /a payer's IBAN in logs/.test(found)
  })
})

test('a stopped world goes on with its payments; --reset begins without them', async () => {
  const { payment_id, order_id } = await pay()
  const { dir, port_base } = world
  const keys = readFileSync(join(dir, 'keys.json'), 'utf8')
  await parties.close()
  assert.equal(await world.stop(), 0)
  world = await bootWorld({ dir, port_base, settle_ms: 0 })
  parties = partiesOf(world)
  assert.equal((await parties.order(order_id)).paid, true)
  await parties.assertDebitedOnce(parties.person('carpati', 'ana'), payment_id, AMOUNT_MINOR)
  await pay()

  await parties.close()
  assert.equal(await world.stop(), 0)
  world = await bootWorld({ dir, port_base, settle_ms: 0, reset: true })
  parties = partiesOf(world)
  assert.deepEqual(await parties.query('select payment_id from payments'), [])
  assert.equal((await fetch(`${world.facts.shop.url}/orders/${order_id}`)).status, 404)
  assert.ok(!existsSync(join(dir, 'faulty.conf')))
  assert.notEqual(readFileSync(join(dir, 'keys.json'), 'utf8'), keys)
  await pay()
})
