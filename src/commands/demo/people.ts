/** The demo's partners, as an operator would register them. */
import { SOURCES, type Source } from '../../domain/merchants/merchant.ts'
import type { SandboxPartner } from '../../infra/certificates/sandbox-pki.ts'
import type { Ports } from './world.ts'

export type PartnerSpec = {
  /** Which process of the world plays it; absent: only programs use it. */
  readonly process?: 'shop' | 'erp'
  readonly client_id: string
  readonly name: string
  readonly type: 'Ecommerce' | 'Finance'
  readonly colour: string
  readonly logo?: string
  /** Name of its certificate and key in the world's pki folder. */
  readonly certificate: 'shop' | 'erp' | 'signed'
  readonly signs_requests: boolean
  readonly redirect_url: string
  readonly webhook_url?: string
}

const svg = (body: string): string =>
  `data:image/svg+xml;base64,${Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48" width="48" height="48">${body}</svg>`,
  ).toString('base64')}`

const FLOWER = svg(
  '<g fill="#e4577d"><circle cx="24" cy="12" r="8"/><circle cx="35" cy="20" r="8"/><circle cx="31" cy="33" r="8"/>' +
    '<circle cx="17" cy="33" r="8"/><circle cx="13" cy="20" r="8"/></g><circle cx="24" cy="24" r="7" fill="#f6c445"/>',
)
const LEDGER = svg(
  '<rect x="8" y="6" width="32" height="36" rx="4" fill="#14615f"/><path d="M15 16h18M15 24h18M15 32h11" stroke="#fff" stroke-width="3"/>',
)

/** Whom the partners' certificates are issued to: file names in the pki folder, and subjects. */
export const PARTNER_SUBJECTS: readonly SandboxPartner[] = [
  { file: 'shop', subject: { organisation: 'Floraria Ana SRL', common_name: 'floraria-ana.example' } },
  { file: 'erp', subject: { organisation: 'Contabil Plus SRL', common_name: 'contabil-plus.example' } },
  { file: 'signed', subject: { organisation: 'Libraria Semnata SRL', common_name: 'libraria-semnata.example' } },
]

/** IBANs of the beneficiaries: an example account that passes the check digits and belongs to no bank of the world. */
export const BENEFICIARIES = {
  shop: { name: 'Florăria Ana SRL', iban: 'RO49AAAA1B31007593840000' },
  erp: { name: 'Contabil Plus SRL', iban: 'RO49AAAA1B31007593840000' },
} as const

/** Partners on the card rail. Each has one link, to the world's acquirer. */
export type MerchantSpec = {
  readonly merchant_id: string
  readonly client_id: string
  readonly name: string
  readonly category_code: string
  readonly sources: readonly Source[]
  readonly tokenization: boolean
  readonly scheme_tokens: boolean
  /** Of the acquirer's records. */
  readonly acquirer_merchant_id: string
  readonly terminal_id: string
}

/** In all three sizes of minor units. */
export const CARD_CURRENCIES = ['RON', 'EUR', 'USD', 'GBP', 'CHF', 'HUF', 'PLN', 'SEK', 'JPY', 'BHD', 'KWD'] as const

export const MERCHANTS: readonly MerchantSpec[] = [
  {
    merchant_id: 'TESTMERCHANT',
    client_id: 'floraria-ana',
    name: 'Florăria Ana',
    category_code: '5992',
    sources: SOURCES,
    tokenization: true,
    scheme_tokens: true,
    acquirer_merchant_id: '000000010000001',
    terminal_id: '10000001',
  },
  {
    merchant_id: 'TESTNOMERCHANT',
    client_id: 'contabil-plus',
    name: 'Contabil Plus',
    category_code: '8931',
    sources: SOURCES.filter((source) => source !== 'MERCHANT'),
    tokenization: false,
    scheme_tokens: false,
    acquirer_merchant_id: '000000010000002',
    terminal_id: '10000002',
  },
]

/** Of the world's acquirer, in its profile and in the merchants' links. */
export const ACQUIRER_ID = 'sandbox'

export function demoPartners(ports: Ports): PartnerSpec[] {
  const shop = `http://localhost:${ports.shop}`
  const erp = `http://localhost:${ports.erp}`
  return [
    {
      process: 'shop',
      client_id: 'floraria-ana',
      name: 'Florăria Ana',
      type: 'Ecommerce',
      colour: '#9c2f52',
      logo: FLOWER,
      certificate: 'shop',
      signs_requests: false,
      redirect_url: `${shop}/`,
      webhook_url: `${shop}/webhooks/punte`,
    },
    {
      process: 'erp',
      client_id: 'contabil-plus',
      name: 'Contabil Plus',
      type: 'Finance',
      colour: '#14615f',
      logo: LEDGER,
      certificate: 'erp',
      signs_requests: false,
      redirect_url: `${erp}/`,
      webhook_url: `${erp}/webhooks/punte`,
    },
    {
      client_id: 'libraria-semnata',
      name: 'Librăria Semnată',
      type: 'Ecommerce',
      colour: '#7a3e9d',
      certificate: 'signed',
      signs_requests: true,
      redirect_url: `${shop}/`,
    },
  ]
}
