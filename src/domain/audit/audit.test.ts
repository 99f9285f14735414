import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import pg from 'pg'
import { systemClock } from '../../infra/clock.ts'
import { type TestDatabase, testDatabase } from '../../infra/database/template.ts'
import { createKeyFile } from '../../infra/keys/key-file.ts'
import { type Keys, loadKeys } from '../../infra/keys/keys.ts'
import { addPartner, setRedirectUrls, updateProfile } from '../partners/manage.ts'
import { suspendPartner } from '../partners/standing.ts'
import { readAnchor, takeAnchor } from './anchor.ts'
import { inAct, recordAct, tellable } from './record.ts'
import { selectRows } from './store.ts'
import { verifyChain } from './verify.ts'

const dir = mkdtempSync(join(tmpdir(), 'punte-audit-'))
let keys: Keys
let database: TestDatabase
const actor = { kind: 'command', name: 'ștefan', origin: 'host' } as const

before(async () => {
  createKeyFile(join(dir, 'keys.json'))
  keys = loadKeys(join(dir, 'keys.json'))
  database = await testDatabase({ pool_size: 20 })
})
after(async () => {
  await database.drop()
  rmSync(dir, { recursive: true, force: true })
})

const act = (n: number) => ({
  act: 'alert.take' as const,
  subject: { kind: 'alert' as const, id: `nr. ${n}` },
  ...(n % 3 === 0 ? {} : { before: { text: 'ă"\\,1:x,-', number: n } }),
  after: { number: n / 7, list: [1, null, 'x'], nothing: null },
})

async function withRows(count: number, work: (other: TestDatabase, client: pg.Client) => Promise<void>): Promise<void> {
  const other = await testDatabase()
  const client = new pg.Client({ connectionString: other.url })
  client.on('error', () => {})
  try {
    for (let n = 1; n <= count; n += 1) await recordAct(other.db, n % 2 === 0 ? actor : undefined, act(n))
    await client.connect()
    await work(other, client)
  } finally {
    await client.end()
    await other.drop()
  }
}

test('twenty writers at once make one chain without a gap, in transactions of their own', async () => {
  await Promise.all(
    Array.from({ length: 20 }, async (_, writer) => {
      for (let n = 0; n < 15; n += 1) {
        if (n % 5 === 4) {
          // Taken back: no number is lost with it.
          await assert.rejects(
            inAct({ db: database.db, actor }, async (_db, record) => {
              await record(act(n))
              throw new Error('taken back')
            }),
          )
        } else if (n % 2 === 0) await recordAct(database.db, actor, act(writer * 100 + n))
        else {
          await inAct({ db: database.db, actor }, async (_db, record) => {
            await record(act(n))
            await record(act(n + 1))
          })
        }
      }
    }),
  )
  const verdict = await verifyChain(database.db)
  assert.ok(verdict.whole, JSON.stringify(verdict))
  // Of 15 turns 3 were taken back, 6 wrote one row and 6 wrote two.
  assert.equal(verdict.rows, 20 * (6 + 6 * 2))
  const times = (await selectRows(database.db, {}, 10_000)).map((row) => row.at)
  assert.deepEqual(times, times.toSorted())
})

test('several rows of one statement follow each other', async () => {
  await database.db.query({
    text: `insert into audit_log (actor_kind, actor, act, subject_kind, subject_id, outcome, number, hash, previous_hash, at)
      select 'system', 'x', 'many.at-once', 'thing', n::text, 'done', 1, '\\x00', '\\x00', '2001-01-01' from generate_series(1, 500) n`,
    values: [],
  })
  const verdict = await verifyChain(database.db)
  assert.ok(verdict.whole, JSON.stringify(verdict))
  assert.ok((await selectRows(database.db, { act: 'many.at-once' }, 1))[0]?.at.startsWith('20'))
  assert.deepEqual(await selectRows(database.db, { until: new Date('2002-01-01') }, 1), [])
})

test('nobody changes, deletes or empties it, nor as a replica', async () => {
  for (const text of [
    `update audit_log set actor = 'other'`,
    'update audit_log set actor = actor where false',
    'delete from audit_log',
    'truncate audit_log',
    `set session_replication_role = replica; delete from audit_log`,
  ]) {
    const client = new pg.Client({ connectionString: database.url })
    await client.connect()
    await assert.rejects(client.query(text), /only appended to/, text)
    await client.end()
  }
})

test('a table of the same name in a session of a writer changes nothing', async () => {
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  await client.query(`create temp table audit_log (number bigint, hash bytea);
    insert into pg_temp.audit_log values (900000, sha256('forged'))`)
  await client.query(`insert into public.audit_log (actor_kind, actor, act, subject_kind, subject_id, outcome)
    values ('system', 'x', 'from.aside', 'thing', '1', 'done')`)
  await client.end()
  assert.ok((await verifyChain(database.db)).whole)
})

test('whatever is changed, removed, exchanged or put in is found, and where', async () => {
  const columns: Readonly<Record<string, string>> = {
    at: `at + interval '1 microsecond'`,
    actor_kind: `'partner'`,
    actor: `'someone else'`,
    origin: `coalesce(origin, '') || 'x'`,
    act: `'other.act'`,
    subject_kind: `'thin'`,
    subject_id: `subject_id || ' '`,
    outcome: `'refused'`,
    before: `'{"text":"other"}'`,
    after: `'{ "n" : 1 }'`,
    previous_hash: `sha256('x')`,
    hash: `sha256('x')`,
  }
  await withRows(9, async ({ db }, client) => {
    assert.ok((await verifyChain(db)).whole)
    const tampered = async (text: string, number: number, words: RegExp): Promise<void> => {
      await client.query('begin')
      await client.query('alter table audit_log disable trigger all')
      await client.query(text)
      // Seen from within the transaction, which is then taken back.
      const inside = { query: (statement: object) => client.query({ ...statement, name: '' } as pg.QueryConfig) }
      const parsed = {
        query: async (statement: object) => {
          const { rows } = await inside.query(statement)
          return { rows: rows.map((row) => ({ ...row, number: Number(row.number) })), rowCount: rows.length }
        },
      }
      const verdict = await verifyChain(parsed as unknown as typeof db)
      await client.query('rollback')
      assert.ok(!verdict.whole, text)
      assert.equal(verdict.number, number, text)
      assert.match(verdict.words, words, text)
    }
    for (const number of [1, 5, 9]) {
      for (const [column, value] of Object.entries(columns)) {
        const words = column === 'previous_hash' ? /does not follow/ : /was changed/
        await tampered(`update audit_log set ${column} = ${value} where number = ${number}`, number, words)
      }
    }
    await tampered('update audit_log set before = null where number = 5', 5, /was changed/)
    await tampered('update audit_log set origin = null where number = 4', 4, /was changed/)
    await tampered(
      `update audit_log set subject_kind = 'alertn', subject_id = substr(subject_id, 2) where number = 4`,
      4,
      /was changed/,
    )
    await tampered('delete from audit_log where number = 5', 5, /missing/)
    await tampered('delete from audit_log where number = 1', 1, /missing/)
    await tampered('update audit_log set number = 10 where number = 5', 5, /missing/)
    await tampered(
      'update audit_log set number = 100 where number = 5; update audit_log set number = 5 where number = 6; update audit_log set number = 6 where number = 100',
      5,
      /does not follow/,
    )
    await tampered(
      `insert into audit_log select 10, at, actor_kind, actor, origin, act, subject_kind, subject_id, outcome, before, after,
        hash, sha256('made up') from audit_log where number = 9`,
      10,
      /was changed/,
    )
    assert.ok((await verifyChain(db)).whole)
  })
})

test('only an anchor shows a cut-off end and a chain that was written anew', async () => {
  await withRows(6, async ({ db }, client) => {
    const anchor = await takeAnchor({ db, keys, clock: systemClock })
    assert.ok(anchor)
    const text = JSON.stringify(anchor)
    const read = readAnchor(text, keys)
    assert.ok(typeof read !== 'string')
    await recordAct(db, actor, act(7))
    assert.ok((await verifyChain(db, read)).whole)
    assert.match(String(readAnchor(text.replace('"number":6', '"number":5'), keys)), /not ours/)
    assert.match(String(readAnchor('{}', keys)), /cannot be read/)
    assert.match(String(readAnchor(text.replace(anchor.kid, 'other'), keys)), /does not have/)

    await client.query('alter table audit_log disable trigger audit_log_refuse; delete from audit_log where number > 4')
    assert.ok((await verifyChain(db)).whole)
    const cut = await verifyChain(db, read)
    assert.ok(!cut.whole && cut.number === 5 && /was cut/.test(cut.words))
    for (const n of [5, 6, 7]) await recordAct(db, undefined, act(n * 10))
    assert.ok((await verifyChain(db)).whole)
    const anew = await verifyChain(db, read)
    assert.ok(!anew.whole && anew.number === 6 && /written anew/.test(anew.words))
  })
})

test('what operators do with a partner is on record with before and after, in the same transaction, without secrets', async () => {
  const context = { db: database.db, keys, clock: systemClock, actor }
  const added = await addPartner(context, { name: 'Ana', type: 'Ecommerce', redirect_urls: ['https://a.example/'] })
  const { client_id } = added
  await setRedirectUrls(context, { client_id, redirect_urls: ['https://b.example/'] })
  await suspendPartner(context, client_id)
  await assert.rejects(updateProfile(context, { client_id: 'not-there-1', name: 'X' }))
  await assert.rejects(
    addPartner(context, { name: 'B', type: 'Ecommerce', redirect_urls: ['https://a.example/'], client_id }),
  )
  const rows = await selectRows(database.db, { subject_kind: 'partner', subject_id: client_id }, 10)
  assert.deepEqual(
    rows.map((row) => [row.act, row.actor, row.before, row.after].slice(0, 3)),
    [
      ['partner.add', 'ștefan', null],
      ['partner.redirect-url', 'ștefan', '{"redirect_urls":["https://a.example/"]}'],
      ['partner.suspend', 'ștefan', '{"status":"active"}'],
    ],
  )
  assert.ok(!JSON.stringify(rows).includes(added.webhook_secret))
  assert.equal(JSON.parse(rows[0]?.after ?? '{}').webhook_secret_enc, 'not shown')
  assert.deepEqual(await selectRows(database.db, { subject_id: 'not-there-1' }, 1), [])
})

test('secrets, personal data and unwritable text never get in', () => {
  const told = tellable({
    password: 'x',
    api_token: 'x',
    debtor_iban: 'RO49AAAA1B31007593840000',
    has_password: true,
    logo: 'data:',
    inner: { email: 'a@b.ro', at: new Date(0), key_enc: Buffer.from('x') },
    text: `a\0b\ud800${'x'.repeat(600)}`,
    token_management: 'UNIQUE_TOKEN',
  })
  const text = JSON.stringify(told)
  assert.ok(!/"x"|RO49|a@b|data:|\\u0000|\\ud800/.test(text), text)
  assert.ok(text.includes('"has_password":true') && text.includes('UNIQUE_TOKEN'))
  assert.ok(text.length < 1_000)
})

test('a role that may only read and append cannot do more, and writes as anybody does', async () => {
  await withRows(2, async ({ db }, client) => {
    const role = `punte_app_${process.pid}`
    await client.query(`create role ${role}; grant usage on schema public to ${role};
      grant select, insert on audit_log to ${role}; set role ${role}`)
    try {
      await client.query(`insert into audit_log (actor_kind, actor, act, subject_kind, subject_id, outcome)
        values ('system', 'x', 'by.role', 'thing', '1', 'done')`)
      for (const text of [
        'delete from audit_log',
        'truncate audit_log',
        'alter table audit_log disable trigger all',
        'drop table audit_log',
        'drop function audit_log_refuse() cascade',
        `create or replace function audit_log_refuse() returns trigger language plpgsql as 'begin return null; end'`,
      ])
        await assert.rejects(client.query(text), /permission denied|must be owner/, text)
    } finally {
      await client.query(`reset role; drop owned by ${role}; drop role ${role}`)
    }
    assert.ok((await verifyChain(db)).whole)
  })
})
