/** Whole rows that acts spread into `before` and `after`: the compiler does not look into a spread, so it is asked here. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Indicator } from '../limits/indicators.ts'
import type { AcquirerLinkProfile } from '../merchants/merchant.ts'
import type { MerchantChanges, NewMerchant } from '../merchants/store.ts'
import type { toldOf } from '../partners/registrations.ts'
import type { NewPartner, PartnerChanges } from '../partners/store.ts'
import type { StaffChanges } from '../staff/store.ts'
import type { AuditField } from './acts.ts'
import type { Verdict } from './verify.ts'

type KeysOf<Union> = Union extends unknown ? keyof Union : never
type Spread =
  | Indicator
  | KeysOf<Verdict>
  | keyof AcquirerLinkProfile
  | keyof MerchantChanges
  | keyof NewMerchant
  | keyof NewPartner
  | keyof PartnerChanges
  | keyof ReturnType<typeof toldOf>
/** Told of staff one at a time, never with secrets. */
type OfStaff = Exclude<keyof StaffChanges, `${string}_enc` | 'totp_step'>
type Unnamed = Exclude<Spread | OfStaff, AuditField>

test('every field that is spread into an act has its name in the table', () => {
  const unnamed: [Unnamed] extends [never] ? true : Unnamed = true
  assert.ok(unnamed)
})
