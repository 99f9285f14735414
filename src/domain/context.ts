/**
 * What every use-case is handed: the first argument of each. Built once, in `src/compose.ts`; tests build their own.
 */
import type { Settings } from '../config.ts'
import type { AcquirerRegistry } from '../infra/acquirers/connector.ts'
import type { BankRegistry } from '../infra/banks/registry.ts'
import type { Clock } from '../infra/clock.ts'
import type { Database } from '../infra/database/database.ts'
import type { Keys } from '../infra/keys/keys.ts'
import type { Log } from '../infra/log.ts'
import type { Mailer } from '../infra/mail/mailer.ts'
import type { Outbound } from '../infra/outbound.ts'
import type { MerchantDirectory } from './merchants/merchant.ts'
import type { PartnerDirectory } from './partners/directory.ts'

export type Context = {
  readonly settings: Settings
  readonly db: Database
  readonly clock: Clock
  readonly keys: Keys
  readonly banks: BankRegistry
  readonly acquirers: AcquirerRegistry
  readonly mail: Mailer
  readonly outbound: Outbound
  readonly partners: PartnerDirectory
  readonly merchants: MerchantDirectory
  readonly log: Log
}
