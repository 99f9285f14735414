/**
 * Screening: names held against lists of sanctioned and politically exposed people by a service that is set by its address.
 * This file is the contract: what is asked, what is answered. A translator only: who the names are of, and what becomes of
 * a resemblance, is the domain's.
 */
import type { Outbound } from '../outbound.ts'

export type ScreeningSubject = {
  /** The caller's own word, given back with each hit. */
  readonly subject: string
  readonly is_person: boolean
  readonly name: string
  /** `yyyy-mm-dd` */
  readonly birth_date?: string
  /** Two letters. */
  readonly country?: string
}

export type ListedName = {
  readonly subject: string
  readonly listed_name: string
  readonly list: string
  readonly kind: 'sanctions' | 'pep' | 'adverse'
  /** 0 to 100: how alike. */
  readonly score: number
}

export type ScreeningAnswer =
  | { readonly kind: 'answered'; readonly hits: readonly ListedName[] }
  /** A code, without names. */
  | { readonly kind: 'failed'; readonly reason: string }

const TIMEOUT_MS = 20_000
const MAX_BYTES = 1_000_000
const MOST_HITS = 500
const KINDS: readonly string[] = ['sanctions', 'pep', 'adverse'] satisfies ListedName['kind'][]

/**
 * `POST {url}/screen` with `{subjects: [...]}`, answered `{hits: [...]}`. Names are in the body, never in the address.
 * @param url base address
 */
export async function askScreening(
  { outbound, url }: { readonly outbound: Outbound; readonly url: string },
  subjects: readonly ScreeningSubject[],
): Promise<ScreeningAnswer> {
  const answer = await outbound.request({
    purpose: 'screening',
    method: 'POST',
    url: `${url.replace(/\/+$/, '')}/screen`,
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({ subjects }),
    timeout_ms: TIMEOUT_MS,
    max_bytes: MAX_BYTES,
  })
  if (answer.kind !== 'answered') return { kind: 'failed', reason: answer.reason }
  if (answer.status !== 200) return { kind: 'failed', reason: `STATUS_${answer.status}` }
  const hits = readHits(answer.body, new Set(subjects.map(({ subject }) => subject)))
  // An answer that cannot be read is none: nobody is clear because of it.
  return hits === undefined ? { kind: 'failed', reason: 'ANSWER_INVALID' } : { kind: 'answered', hits }
}

function readHits(body: Buffer, known: ReadonlySet<string>): ListedName[] | undefined {
  let given: unknown
  try {
    given = (JSON.parse(body.toString('utf8')) as { hits?: unknown } | null)?.hits
  } catch {
    return undefined
  }
  if (!Array.isArray(given) || given.length > MOST_HITS) return undefined
  const hits = given.map((hit: unknown) => readHit(hit, known))
  return hits.every((hit) => hit !== undefined) ? hits : undefined
}

function readHit(given: unknown, known: ReadonlySet<string>): ListedName | undefined {
  const { subject, listed_name, list, kind, score } = (given ?? {}) as Readonly<Record<string, unknown>>
  if (typeof subject !== 'string' || !known.has(subject)) return undefined
  if (typeof listed_name !== 'string' || typeof list !== 'string') return undefined
  if (typeof kind !== 'string' || !KINDS.includes(kind)) return undefined
  if (typeof score !== 'number' || !(score >= 0 && score <= 100)) return undefined
  const short = (text: string) => text.toWellFormed().slice(0, 300)
  return { subject, listed_name: short(listed_name), list: short(list), kind: kind as ListedName['kind'], score }
}
