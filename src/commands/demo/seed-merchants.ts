/**
 * Makes the demo's merchants out of its partners. Their API passwords stay the same for as long as the world's folder does:
 * they are kept in a file of its owner, since the database has only hashes.
 */
import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { verify } from '@node-rs/argon2'
import { addMerchant, addPassword, setLink } from '../../domain/merchants/manage.ts'
import { findMerchant } from '../../domain/merchants/store.ts'
import type { Database } from '../../infra/database/database.ts'
import { writePrivate } from './files.ts'
import { ACQUIRER_ID, CARD_CURRENCIES, MERCHANTS, type MerchantSpec } from './people.ts'
import type { World } from './world.ts'

export type SeededMerchant = MerchantSpec & { readonly password: string }

export async function seedMerchants(world: World, db: Database): Promise<SeededMerchant[]> {
  const kept = await readPasswords(world.merchants)
  const seeded = MERCHANTS.map((spec) => ({
    ...spec,
    password: kept[spec.merchant_id] ?? randomBytes(16).toString('hex'),
  }))
  // Before the database knows them: a start that breaks off here must not lose a password that works.
  const passwords = Object.fromEntries(seeded.map(({ merchant_id, password }) => [merchant_id, password]))
  await writePrivate(world.merchants, `${JSON.stringify(passwords, null, 2)}\n`)
  for (const merchant of seeded) await ensure(db, merchant)
  return seeded
}

async function ensure(db: Database, merchant: SeededMerchant): Promise<void> {
  const { merchant_id, client_id, name, category_code, tokenization, scheme_tokens, password } = merchant
  const link = {
    acquirer_id: ACQUIRER_ID,
    acquirer_merchant_id: merchant.acquirer_merchant_id,
    terminal_id: merchant.terminal_id,
    sources: merchant.sources,
    currencies: CARD_CURRENCIES,
  }
  const present = await findMerchant(db, merchant_id)
  if (present === undefined) {
    await addMerchant({ db }, { merchant_id, client_id, name, category_code, tokenization, scheme_tokens, link })
  } else {
    await setLink({ db }, { merchant_id, ...link })
  }
  const hashes = [present?.password_2_hash, present?.password_1_hash]
  for (const hash of hashes) if (typeof hash === 'string' && (await verify(hash, password))) return
  await addPassword({ db }, { merchant_id, password })
}

async function readPasswords(path: string): Promise<Readonly<Record<string, string>>> {
  const text = await readFile(path, 'utf8').catch(() => '{}')
  return JSON.parse(text) as Record<string, string>
}
