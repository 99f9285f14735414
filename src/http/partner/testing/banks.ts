/** Banks for tests of the partner API; of their connectors only the first call answers. */
import type { BankConnector, BankProfile } from '../../../infra/banks/connector.ts'

/** Offers everything. */
export const BANK: BankProfile = {
  id: 'TXB',
  name: 'Banca Manualului',
  bic: 'TXBKROBU',
  iban_codes: ['TXBK'],
  environment: 'simulated',
  sca: 'redirect',
  needs_psu_id: false,
  idempotent_initiation: true,
  base_url: 'https://bank.example/v1',
  client_certificate: true,
  services: {
    payments: { product: 'ron', format: 'json', future_dated: true },
    'bulk-payments': { product: 'ron', format: 'json', max_transfers: 500 },
    'periodic-payments': { product: 'ron', format: 'json', frequencies: { Monthly: 'Monthly' }, day_digits: 1 },
  },
  status: { path_has_product: true, format: 'json' },
  redirect_origins: ['https://bank.example'],
  access: { kind: 'certificate' },
  signing: {
    required: true,
    digest: 'SHA-256',
    digest_label: 'upper',
    algorithm: 'rsa-sha256',
    headers: ['digest', 'x-request-id'],
    key_id: 'sn_ca',
    certificate: 'der',
  },
  timeout_ms: 5_000,
}
const { 'bulk-payments': _bulk, 'periodic-payments': _periodic, ...ONLY_SINGLE } = BANK.services
/** Offers single payments only, now, and wants the payer's name. */
export const PLAIN: BankProfile = {
  ...BANK,
  id: 'PLN',
  name: 'Banca Simplă',
  iban_codes: ['PLNB'],
  sca: 'decoupled',
  needs_psu_id: true,
  services: { ...ONLY_SINGLE, payments: { product: 'ron', format: 'json', future_dated: false } },
}

/** Takes every order, and sends the payer to its page; a decoupled one tells the payer to open the app. */
export function takesEverything(profile: BankProfile): BankConnector {
  const next =
    profile.sca === 'decoupled'
      ? ({ kind: 'decoupled', psu_message: 'Deschide aplicația băncii.' } as const)
      : ({ kind: 'redirect', url: 'https://bank.example/sca' } as const)
  const notScripted = () => Promise.reject(new Error('not scripted'))
  return {
    profile,
    initiate: async ({ order: { end_to_end_id: bank_payment_id } }) => ({
      kind: 'ok',
      value: { session: { bank_payment_id }, status: 'RCVD', next },
    }),
    finishAuthorisation: notScripted,
    status: notScripted,
    transfers: notScripted,
    cancel: notScripted,
  }
}
