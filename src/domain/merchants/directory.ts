/** All merchants in memory, each joined with its partner: what every request of the card API reads. */
import type { Database } from '../../infra/database/database.ts'
import { keepFresh } from '../../infra/jobs/keep-fresh.ts'
import type { Log } from '../../infra/log.ts'
import type { Partner, PartnerDirectory } from '../partners/directory.ts'
import type { AcquirerLinkProfile, Merchant, MerchantDirectory } from './merchant.ts'
import { loadMerchants, loadMerchantsMark, loadVersions, type MerchantRow } from './store.ts'

/** How long another process's change may stay unseen here. */
const REFRESH_EVERY_MS = 2_000

type DirectoryInput = {
  readonly db: Database
  readonly partners: PartnerDirectory
  readonly log: Log
  readonly refresh_every_ms?: number
}

/**
 * Loads all merchants and keeps them fresh as the partner directory does: a cheap mark every two seconds, the changed rows
 * only when it moved, the last known ones while the database is away. A merchant whose row and partner are as before
 * keeps its object, so that caches may be keyed by it.
 *
 * @throws what the database throws, on the first load only
 */
export async function createMerchantDirectory(input: DirectoryInput): Promise<MerchantDirectory> {
  const { db, partners, log, refresh_every_ms = REFRESH_EVERY_MS } = input
  const share = createSharing()
  let by_partner_id: ReadonlyMap<number, Merchant> = new Map()
  let by_merchant_id: ReadonlyMap<string, Merchant> = new Map()
  let versions: ReadonlyMap<number, string> = new Map()
  let mark = ''
  let closed = false

  function publish(merchants: readonly Merchant[]): void {
    by_partner_id = new Map(merchants.map((merchant) => [merchant.partner_id, merchant]))
    by_merchant_id = new Map(merchants.map((merchant) => [merchant.merchant_id, merchant]))
  }

  async function load(): Promise<void> {
    // The mark is taken before the rows: a change in between is then seen once more, never missed.
    const current = await loadMerchantsMark(db)
    if (current === mark) return
    const read = new Map((await loadVersions(db)).map(({ partner_id, version }) => [partner_id, version]))
    if ([...read.keys()].some((partner_id) => partners.byId(partner_id) === undefined)) await partners.refresh()
    const changed = [...read.keys()].filter((id) => versions.get(id) !== read.get(id))
    const rows = await loadMerchants(db, changed)
    const kept = [...by_partner_id.values()].filter((one) => versions.get(one.partner_id) === read.get(one.partner_id))
    // Without its partner (just removed, or the read of partners failed) a merchant is not there: it is read again.
    const opened = rows.flatMap((row) => {
      const partner = partners.byId(row.partner_id)
      if (partner === undefined) read.delete(row.partner_id)
      return partner === undefined ? [] : [openMerchant(row, partner, share)]
    })
    publish([...kept, ...opened])
    versions = read
    mark = opened.length === rows.length ? current : ''
  }

  /** Partners are replaced as a whole when one of them changes. */
  function followPartners(): void {
    if (closed) return
    const followed = [...by_partner_id.values()].flatMap((merchant) => {
      const partner = partners.byId(merchant.partner_id)
      return partner === undefined ? [] : [Object.freeze({ ...merchant, partner })]
    })
    if (followed.length < by_partner_id.size) {
      versions = new Map()
      mark = ''
    }
    publish(followed)
  }

  partners.onChange(followPartners)
  const fresh = await keepFresh({ load, every_ms: refresh_every_ms, what: 'the merchant directory', log })
  return {
    byMerchantId: (merchant_id) => by_merchant_id.get(merchant_id),
    byPartnerId: (partner_id) => by_partner_id.get(partner_id),
    refresh: fresh.refresh,
    close() {
      closed = true
      fresh.close()
    },
  }
}

// Thousands of merchants have the same few lists of sources and currencies: each list is held once.
function createSharing(): <T>(list: readonly T[]) => readonly T[] {
  const lists = new Map<string, readonly unknown[]>()
  return <T>(list: readonly T[]): readonly T[] => {
    const key = list.join()
    const known = lists.get(key)
    if (known !== undefined) return known as readonly T[]
    const frozen = Object.freeze([...list])
    lists.set(key, frozen)
    return frozen
  }
}

function openMerchant(row: MerchantRow, partner: Partner, share: <T>(list: readonly T[]) => readonly T[]): Merchant {
  const passwords = [row.password_2_hash, row.password_1_hash].filter((one) => one !== null)
  const links = row.links.map(
    (link): AcquirerLinkProfile =>
      Object.freeze({ ...link, sources: share(link.sources), currencies: share(link.currencies) }),
  )
  return Object.freeze({
    partner_id: row.partner_id,
    merchant_id: row.merchant_id,
    name: row.name,
    category_code: row.category_code,
    partner,
    // The newest first: it is the likelier one.
    password_hashes: Object.freeze(passwords),
    operations: share(row.operations),
    tokenization: row.tokenization,
    token_repository_id: row.token_repository_id,
    token_generation: row.token_generation,
    token_management: row.token_management,
    scheme_tokens: row.scheme_tokens,
    links: Object.freeze(links),
  })
}
