/** A screening service that knows some names nobody has: which of those that are asked about resemble one of its lists. */
import { type ConfigReader, isRecord } from '../process/config.ts'
import { HttpError, html, json, startWebServer } from '../process/http.ts'
import type { Running } from '../process/lifecycle.ts'

type Listed = {
  readonly name: string
  readonly list: string
  readonly kind: 'sanctions' | 'pep' | 'adverse'
  readonly birth_date?: string
}

/** Invented, all of them. */
export const LISTED: readonly Listed[] = [
  { name: 'Vlad Sancțiunescu', list: 'Lista UE (test)', kind: 'sanctions', birth_date: '1970-01-01' },
  { name: 'Olga Embargova', list: 'Lista ONU (test)', kind: 'sanctions' },
  { name: 'Pavilion Offshore Holdings', list: 'Lista UE (test)', kind: 'sanctions' },
  { name: 'Ilinca Primăreanu', list: 'Funcții publice importante (test)', kind: 'pep', birth_date: '1965-05-05' },
  { name: 'Doru Ministrescu', list: 'Funcții publice importante (test)', kind: 'pep' },
  { name: 'Nicu Dosărescu', list: 'Presă (test)', kind: 'adverse' },
]
/** Has the service fail, to see what becomes of a screening then. */
export const UNANSWERED = 'Defect Serviciu'

const LEAST_SCORE = 75
const MOST_SUBJECTS = 500

export async function startScreening(config: ConfigReader): Promise<Running & { readonly url: string }> {
  const input = { host: config.text('http.host', '127.0.0.1'), port: config.port('http.port') }
  const url = config.optionalText('http.url')
  config.done()
  const server = await startWebServer({
    ...{ ...input, url },
    renderError: (status, message) => `<!doctype html><title>${status}</title><p>${message}`,
    routes: [
      {
        method: 'POST',
        path: '/screen',
        accepts: 'json',
        max_body_bytes: 1_000_000,
        handle: ({ body }) => json({ hits: screen(subjectsOf(body)) }),
      },
      { method: 'GET', path: '/names.json', handle: () => json({ names: LISTED }) },
      { method: 'GET', path: '/', handle: () => html('<!doctype html><title>Screening</title><p>POST /screen') },
    ],
  })
  return { url: server.url, facts: { url: server.url }, close: server.close }
}

type Asked = { readonly subject: string; readonly name: string; readonly birth_date: string | undefined }

function subjectsOf(body: Buffer): Asked[] {
  const given: unknown = JSON.parse(body.toString('utf8'))
  const subjects = isRecord(given) ? given.subjects : undefined
  if (!Array.isArray(subjects) || subjects.length > MOST_SUBJECTS) throw new HttpError(400, 'subjects')
  return subjects.map((one: unknown) => {
    if (!isRecord(one) || typeof one.subject !== 'string' || typeof one.name !== 'string')
      throw new HttpError(400, 'subject')
    const { subject, name, birth_date } = one
    return { subject, name, birth_date: typeof birth_date === 'string' ? birth_date : undefined }
  })
}

function screen(subjects: readonly Asked[]) {
  if (subjects.some(({ name }) => wordsOf(name).join(' ') === wordsOf(UNANSWERED).join(' ')))
    throw new HttpError(503, 'unavailable')
  return subjects.flatMap(({ subject, name, birth_date }) =>
    LISTED.flatMap((listed) => {
      const score = likeness(name, birth_date, listed)
      const { list, kind } = listed
      return score < LEAST_SCORE ? [] : [{ subject, listed_name: listed.name, list, kind, score }]
    }),
  )
}

/** 100 for the same words; less where letters differ; less again where the birth is another. */
function likeness(name: string, birth_date: string | undefined, listed: Listed): number {
  const [asked, known] = [wordsOf(name), wordsOf(listed.name)]
  if (asked.length === 0) return 0
  const best = known.map((word) =>
    Math.max(...asked.map((other) => 1 - distance(word, other) / Math.max(word.length, other.length))),
  )
  const alike = (best.reduce((sum, one) => sum + one, 0) / known.length) * 100
  const is_other = birth_date !== undefined && listed.birth_date !== undefined && birth_date !== listed.birth_date
  return Math.round(Math.max(0, alike - (is_other ? 15 : 0)))
}

const wordsOf = (name: string): string[] =>
  name
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word.length > 1)
    .sort()

/** Levenshtein's. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at)
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
