/**
 * Fetches the revocation lists of authorities that publish them under an address. A list is taken only when it is
 * complete, signed by the registered authority, valid now, and not older than the one there is.
 */
import type { Context } from '../context.ts'
import { readAuthorities } from './authorities.ts'
import type { PartnerCertificate } from './directory.ts'
import { type RevocationList, readRevocationLists } from './revocation.ts'
import { updateRevocationList } from './store.ts'

type FetchContext = Pick<Context, 'db' | 'clock' | 'outbound' | 'partners' | 'log'>

const FETCH_AGAIN_MS = 3_600_000
const TIMEOUT_MS = 20_000
const MAX_BYTES = 4 * 1024 * 1024

// Per process: a restart asks once more, which does no harm.
const fetched_at = new Map<string, number>()

/** Every registration with an address whose list is missing, or was asked for an hour ago. Faults are logged; the next run tries again. */
export async function fetchRevocationLists(ctx: FetchContext): Promise<{ readonly updated: number }> {
  const now = ctx.clock.now().getTime()
  let updated = 0
  for (const { partner_id, certificates } of ctx.partners.all()) {
    for (const certificate of certificates) {
      const url = certificate.revocation_list_url
      if (url === undefined) continue
      const key = `${partner_id}:${certificate.certificate_id}:${url}`
      if (certificate.revocation_list !== undefined && now - (fetched_at.get(key) ?? 0) < FETCH_AGAIN_MS) continue
      const fault = await fetchOne(ctx, partner_id, certificate, url, now)
      if (fault === undefined) {
        fetched_at.set(key, now)
        updated += 1
      } else
        ctx.log.warn(
          { partner_id, certificate_id: certificate.certificate_id, fault },
          'a revocation list was not updated',
        )
    }
  }
  if (updated > 0) await ctx.partners.refresh()
  return { updated }
}

/** @returns why nothing was stored */
async function fetchOne(
  ctx: FetchContext,
  partner_id: number,
  certificate: PartnerCertificate,
  url: string,
  now: number,
): Promise<string | undefined> {
  const answer = await ctx.outbound.request({
    purpose: 'crl',
    method: 'GET',
    url,
    timeout_ms: TIMEOUT_MS,
    max_bytes: MAX_BYTES,
  })
  if (answer.kind !== 'answered') return answer.reason
  if (answer.status !== 200) return `HTTP ${answer.status}`
  // DER begins with a SEQUENCE; text is PEM.
  const text = answer.body[0] === 0x30 ? answer.body.toString('base64') : answer.body.toString('latin1')
  const authorities = readAuthorities(certificate.authority_pem)
  let lists: RevocationList[]
  try {
    lists = await readRevocationLists(text, authorities)
  } catch {
    return 'not a revocation list'
  }
  if (lists.length === 0) return 'not a complete list of the registered authority'
  if (lists.some((list) => list.next_update < now)) return 'out of date'
  const known =
    certificate.revocation_list === undefined
      ? []
      : await readRevocationLists(certificate.revocation_list, authorities).catch(() => [])
  if (newest(lists) < newest(known)) return 'older than the one registered'
  if (text !== certificate.revocation_list) {
    await updateRevocationList(ctx.db, {
      partner_id,
      certificate_id: certificate.certificate_id,
      revocation_list: text,
    })
  }
  return undefined
}

function newest(lists: readonly RevocationList[]): number {
  return Math.max(0, ...lists.map((list) => list.this_update))
}

/** For the worker: the task and when it runs. */
export function revocationListTasks(ctx: FetchContext): {
  tasks: Record<string, () => Promise<void>>
  crontab: string
} {
  return {
    tasks: {
      async fetch_revocation_lists() {
        await fetchRevocationLists(ctx)
      },
    },
    crontab: '*/5 * * * * fetch_revocation_lists ?max=1',
  }
}
