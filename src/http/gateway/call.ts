/** One call of the card API, whichever protocol it came by, once it is known who calls and what for. */
import type { Context } from '../../domain/context.ts'
import type { Merchant } from '../../domain/merchants/merchant.ts'
import { takeSession } from '../../domain/sessions/sessions.ts'
import type { GatewayOperation, Nested } from './grammar.ts'
import { groupAt, mergeFields, textAt, without } from './nested.ts'
import { fieldsIn } from './validate.ts'

export type Call = {
  readonly merchant: Merchant
  readonly operation: GatewayOperation
  readonly version: number
  /** Called with a session's id for a password. */
  readonly by_session: boolean
  /** Checked for form. Ids of a REST address stand in their places, as NVP sends them. */
  readonly fields: Nested
}

export type Handler = (context: Context, call: Call) => Promise<Nested>

/**
 * A session's fields under those of the request, which win one by one. Without a session the fields as they are.
 * @throws PunteError SESSION_UNKNOWN, SESSION_VERSION, SESSION_CODE_GONE
 */
export async function withSession(context: Context, call: Call): Promise<Nested> {
  const { merchant, operation, fields } = call
  const session = groupAt(fields, 'session')
  const session_id = textAt(session, 'id')
  if (session_id === undefined) return fields
  const version = textAt(session, 'version')
  const held = await takeSession(context, { merchant, session_id, ...(version !== undefined && { version }) })
  return mergeFields(without(fieldsIn(operation, held as Nested, call.version), ['session', 'merchant']), fields)
}
