/** The audit log: read, proved, anchored. */
import { readFileSync } from 'node:fs'
import { readSettings } from '../config.ts'
import { readAnchor, takeAnchor } from '../domain/audit/anchor.ts'
import { type Selection, selectRows } from '../domain/audit/store.ts'
import { verifyChain } from '../domain/audit/verify.ts'
import { systemClock } from '../infra/clock.ts'
import { loadKeys } from '../infra/keys/keys.ts'
import { CommandError, parseOptions, UsageError, wholeNumber } from './command.ts'
import { onDatabase } from './on-database.ts'

const USAGE = 'audit list [--since ISO] [--subject KIND[:ID]] … | verify [--from-anchor FILE] | anchor'
const LISTED = 200
const LISTED_MOST = 10_000
const TEXT = { type: 'string' } as const
const LIST_OPTIONS = {
  since: TEXT,
  until: TEXT,
  subject: TEXT,
  actor: TEXT,
  act: TEXT,
  limit: TEXT,
  json: { type: 'boolean' },
} as const

export async function run(args: readonly string[]): Promise<number> {
  const [action, ...rest] = args
  if (action === 'list') return await list(rest)
  if (action === 'verify') return await verify(rest)
  if (action === 'anchor') return await anchor(rest)
  throw new UsageError(USAGE)
}

const say = (words: string): void => void process.stdout.write(`${words}\n`)

async function list(args: readonly string[]): Promise<number> {
  const { values } = parseOptions(args, LIST_OPTIONS)
  const limit = values.limit === undefined ? LISTED : wholeNumber('--limit', values.limit, { min: 1, max: LISTED_MOST })
  const rows = await onDatabase(readSettings([]), (db) => selectRows(db, selectionFrom(values), limit))
  for (const row of rows) {
    if (values.json === true) {
      say(JSON.stringify({ ...row, before: parsed(row.before), after: parsed(row.after) }))
      continue
    }
    const who = `${row.actor_kind} ${row.actor}${row.origin === null ? '' : ` (${row.origin})`}`
    const outcome = row.outcome === 'done' ? '' : ` ${row.outcome}`
    const change = row.before === null ? (row.after ?? '') : `${row.before} → ${row.after ?? ''}`
    say(
      `${row.number} ${row.at} ${who}: ${row.act}${outcome} ${row.subject_kind}:${row.subject_id} ${change}`.trimEnd(),
    )
  }
  if (rows.length === limit) process.stderr.write(`the newest ${limit} only; --limit takes up to ${LISTED_MOST}\n`)
  return 0
}

type Values = { readonly [K in 'since' | 'until' | 'subject' | 'actor' | 'act']?: string | undefined }

function selectionFrom(values: Values): Selection {
  const { subject, actor, act } = values
  const [kind, ...id] = subject?.split(':') ?? []
  return {
    ...(values.since !== undefined && { since: time('--since', values.since) }),
    ...(values.until !== undefined && { until: time('--until', values.until) }),
    ...(kind !== undefined && { subject_kind: kind }),
    ...(id.length > 0 && { subject_id: id.join(':') }),
    ...(actor !== undefined && { actor }),
    ...(act !== undefined && { act }),
  }
}

function time(option: string, text: string): Date {
  const at = new Date(text)
  if (!/^\d{4}-\d\d-\d\d/.test(text) || Number.isNaN(at.getTime()))
    throw new UsageError(`${option} must be a date or time like 2030-01-31T12:00:00Z`)
  return at
}

const parsed = (json: string | null): unknown => (json === null ? null : JSON.parse(json))

async function verify(args: readonly string[]): Promise<number> {
  const { values } = parseOptions(args, { 'from-anchor': TEXT })
  const path = values['from-anchor']
  const anchored = path === undefined ? undefined : anchorFrom(path)
  const verdict = await onDatabase(readSettings([]), (db) => verifyChain(db, anchored))
  if (!verdict.whole) {
    say(`BROKEN at row ${verdict.number}: it ${verdict.words}`)
    return 1
  }
  say(`whole: ${verdict.rows} rows, the last ${verdict.last_hash}`)
  if (anchored !== undefined) say(`row ${anchored.number} is as it was anchored at ${anchored.at}`)
  return 0
}

function anchorFrom(path: string) {
  const keys = loadKeys(readSettings(['PUNTE_KEY_FILE']).PUNTE_KEY_FILE)
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    throw new CommandError(`${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'error'})`)
  }
  const found = readAnchor(text, keys)
  if (typeof found === 'string') throw new CommandError(`${path}: ${found}`)
  return found
}

/** One line of JSON, to be kept where nobody who can write to the database can. */
async function anchor(args: readonly string[]): Promise<number> {
  parseOptions(args, {})
  const keys = loadKeys(readSettings(['PUNTE_KEY_FILE']).PUNTE_KEY_FILE)
  const taken = await onDatabase(readSettings([]), (db) => takeAnchor({ db, keys, clock: systemClock }))
  if (taken === undefined) throw new CommandError('nothing is on record yet')
  say(JSON.stringify(taken))
  return 0
}
