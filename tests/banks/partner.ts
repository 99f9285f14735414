/** The partner of this chapter: starts payments, asks for their status, cancels them. */
import { readFileSync } from 'node:fs'
import { createPunteClient, type PaymentTokens } from '../../sdk/src/index.ts'
import { payerAt } from '../world/payer.ts'
import type { TestWorld } from '../world/world.ts'

const CREDITOR_IBAN = 'RO09PORL7789778256833565'
export const AMOUNT_MINOR = 4_321

export type Started = Awaited<ReturnType<ReturnType<typeof partnerOf>['start']>>

export function partnerOf({ facts }: TestWorld) {
  const [first] = facts.partners
  if (first === undefined) throw new Error('the world has no partner')
  const client = createPunteClient({
    base_url: facts.partner_api.url,
    client_id: first.client_id,
    certificate: readFileSync(first.certificate),
    private_key: readFileSync(first.private_key),
    ca: readFileSync(facts.ca),
  })
  const transfer = (amount: string) => ({
    creditorName: 'Librăria Șase SRL',
    creditorIban: CREDITOR_IBAN,
    amount,
    details: 'Comanda 77',
  })
  const request = {
    ...transfer('43.21'),
    psuIntermediarId: 'client-77',
    redirectURL: first.redirect_url,
  }
  type Begun = Awaited<ReturnType<typeof client.startPayment>>
  const begun = ({ paymentId, tokens, redirectUrl }: Begun) => ({
    payment_id: paymentId,
    tokens,
    page_url: redirectUrl,
    payer: payerAt(redirectUrl),
  })
  return {
    start: async () => begun(await client.startPayment(request)),
    /** On a day to come. */
    startOn: async (executionDate: string) => begun(await client.startPayment({ ...request, executionDate })),
    /** Every day from that day on. */
    startDaily: async (startDate: string, endDate: string) =>
      begun(await client.startPayment({ ...request, startDate, endDate, Frequency: 'Daily' })),
    async startList(amounts: readonly string[]) {
      const payments = amounts.map((amount, n) => ({ ...transfer(amount), psuIntermediarId: `rand-${n + 1}` }))
      const started = await client.startList({ payments, redirectURL: first.redirect_url })
      return { ...begun(started), items: started.payments.map(({ paymentId }) => paymentId) }
    },
    status: (payment: { payment_id: number; tokens: PaymentTokens }) =>
      client.status({ paymentId: payment.payment_id, tokens: payment.tokens }),
    cancel: (payment: { payment_id: number; tokens: PaymentTokens }) =>
      client.cancelPayment({ paymentId: payment.payment_id, tokens: payment.tokens }),
    banks: () => client.banks(),
    close: () => client.close(),
  }
}
