/** A partner of the world by its own client, for what the demo's shop and ERP do not ask for. */
import { readFileSync } from 'node:fs'
import { createPunteClient, type PunteClient } from '../../sdk/src/index.ts'
import type { TestWorld } from '../world/world.ts'

/** @param type of the first partner of that type */
export function clientOf({ facts }: TestWorld, type: 'Ecommerce' | 'Finance'): PunteClient {
  const partner = facts.partners.find((one) => one.type === type)
  if (partner === undefined) throw new Error(`the world has no ${type} partner`)
  return createPunteClient({
    base_url: facts.partner_api.url,
    client_id: partner.client_id,
    certificate: readFileSync(partner.certificate),
    private_key: readFileSync(partner.private_key),
    ca: readFileSync(facts.ca),
    sign_requests: partner.signs_requests,
  })
}

export const CREDITOR_IBAN = 'RO49AAAA1B31007593840000'

/** Payments of 10,01 lei, 10,02 lei and so on. */
export const payments = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    creditorName: `Furnizor ${index + 1} SRL`,
    creditorIban: CREDITOR_IBAN,
    amount: `10.${String(index + 1).padStart(2, '0')}`,
    details: `Factura ${index + 1}`,
  }))
