/** A payment as the server would show it, for the unit tests of this folder. */
import type { ListItem, PaymentList, PaymentView } from '../../../src/http/checkout/contract.ts'

export const SHOP_VIEW: PaymentView = {
  paymentId: 1001,
  step: 'form',
  kind: 'single',
  partner: { name: 'Librăria Exemplu', type: 'Ecommerce', colour: '#1f4e79' },
  values: {
    creditorName: 'Librăria Exemplu SRL',
    creditorIban: 'RO49AAAA1B31007593840000',
    amountMinor: 123456,
    details: 'Comanda 77',
  },
  editable: ['debtorIban', 'email', 'bankId'],
  banks: [
    { id: 'unu', name: 'Banca Unu', ibanCodes: ['UNUB'], sca: 'redirect', needsUserCode: false, available: true },
    {
      id: 'doi',
      name: 'Banca Doi',
      ibanCodes: ['DOIB', 'DOIX'],
      sca: 'decoupled',
      needsUserCode: true,
      available: true,
    },
  ],
  returnUrl: 'https://shop.example/return',
  returnAfterSeconds: 10,
  idleMinutes: 10,
  expiresAt: '2030-01-01T12:30:00.000Z',
  now: '2030-01-01T12:00:00.000Z',
  pageToken: 'token-1',
  operator: {
    name: 'Operator SA',
    register: 'IP-0001',
    contact: 'Str. Exemplu 1',
    complaints: 'reclamatii@example.ro',
  },
}

export const FINANCE_VIEW: PaymentView = {
  ...SHOP_VIEW,
  partner: { name: 'Contabilitate Exemplu', type: 'Finance', colour: '#7a1f4e' },
  editable: ['creditorName', 'creditorIban', 'debtorIban', 'email', 'bankId', 'details', 'amount'],
}

const item = (no: number, state: ListItem['state'] = 'waiting'): ListItem => ({
  no,
  creditorName: `Furnizor ${no}`,
  creditorIban: 'RO49AAAA1B31007593840000',
  amountMinor: no * 1000,
  details: `Factura ${no}`,
  state,
})

/** A list of four, of which the first came to what is given and the others wait. */
export function listView(...states: readonly ListItem['state'][]): PaymentView & { readonly list: PaymentList } {
  const items = [1, 2, 3, 4].map((no) => item(no, states[no - 1]))
  return {
    ...SHOP_VIEW,
    kind: 'list',
    values: {},
    banks: SHOP_VIEW.banks.map((bank) => ({ ...bank, list: bank.id === 'unu' ? 'together' : 'one_by_one' })),
    list: { count: items.length, totalMinor: 10_000, way: 'one_by_one', items, nextNo: states.length + 1 },
  }
}
