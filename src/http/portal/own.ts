/** Whose things a call is about: those of the partner of whoever is signed in. Requests name no partner. */
import { Type } from 'typebox'
import type { Context } from '../../domain/context.ts'
import { PunteError } from '../../domain/errors.ts'
import type { Partner } from '../../domain/partners/directory.ts'
import type { Session } from '../../domain/staff/sessions.ts'

export type Signed = { readonly context: Context; readonly session: Session }

/** @throws PunteError SESSION_ENDED where the session is no partner's */
export function ownPartnerId({ session }: Pick<Signed, 'session'>): number {
  if (session.partner_id === null) throw new PunteError('SESSION_ENDED')
  return session.partner_id
}

/** @throws PunteError SESSION_ENDED also where the partner is there no more */
export function ownPartner(call: Signed): Partner {
  const partner = call.context.partners.byId(ownPartnerId(call))
  if (partner === undefined) throw new PunteError('SESSION_ENDED')
  return partner
}

/** In addresses everything is text. */
export const Digits = Type.String({ pattern: '^[1-9][0-9]{0,14}$' })
export const Place = Type.Optional(Type.String({ maxLength: 80 }))
