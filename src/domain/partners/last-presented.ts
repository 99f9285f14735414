/** The client certificate that each partner showed last, in this process: how an operator knows that it is about to end. */
import type { PresentedCertificate } from './certificates.ts'

export type LastPresented = { readonly subject: string; readonly expires_at: Date }

// As many as there are partners.
const last = new Map<number, PresentedCertificate>()

export function rememberPresented(partner_id: number, presented: PresentedCertificate): void {
  last.set(partner_id, presented)
}

export function lastPresented(partner_id: number): LastPresented | undefined {
  const presented = last.get(partner_id)
  return presented && { subject: presented.subject, expires_at: new Date(presented.valid_to) }
}
