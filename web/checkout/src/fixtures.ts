/** A payment as the server would show it, for the unit tests of this folder. */
import type { PaymentView } from '../../../src/http/checkout/contract.ts'

export const SHOP_VIEW: PaymentView = {
  paymentId: 1001,
  step: 'form',
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
