/** What the tests of the messages share: the profile of a textbook bank. */
import type { BankProfile } from '../../connector.ts'

export const PROFILE: BankProfile = {
  id: 'TXB',
  name: 'Textbook Bank',
  bic: 'AAAAROBU',
  iban_codes: ['AAAA'],
  environment: 'simulated',
  sca: 'redirect',
  needs_psu_id: false,
  idempotent_initiation: true,
  base_url: 'https://bank.example/psd2/v1',
  client_certificate: true,
  services: {
    payments: { product: 'sepa-credit-transfers', format: 'json', future_dated: true },
    'bulk-payments': { product: 'sepa-credit-transfers', format: 'json', max_transfers: 500 },
    'periodic-payments': {
      product: 'sepa-credit-transfers',
      format: 'json',
      frequencies: { Daily: 'Daily', Weekly: 'Weekly', Monthly: 'Monthly', Annual: 'Annual' },
      day_digits: 1,
    },
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
  timeout_ms: 1_000,
}
