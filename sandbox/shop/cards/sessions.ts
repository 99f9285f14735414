/** One session of the card API for each open card form: what was typed goes into it and stays out of the shop. */
import { type CardApi, CardApiRefusal, type Fields, type TypedCard } from '../card-api.ts'

export type Sessions = {
  /** A session for this form, the same until a charge was made with it. @throws CardApiSilence, CardApiRefusal */
  sessionFor(form: string): Promise<string>
  /** Puts the typed card into the form's session, a new one if the old is gone. @returns the session's id */
  fill(form: string, card: TypedCard): Promise<string>
  /** The session of this request is no longer a form's. */
  used(request: Fields): void
}

const MAX_FORMS = 5000

export function createSessions(api: CardApi): Sessions {
  const sessions = new Map<string, string>()

  const sessionFor = async (form: string): Promise<string> => {
    const known = sessions.get(form)
    if (known !== undefined) return known
    const session_id = await api.createSession()
    sessions.set(form, session_id)
    if (sessions.size > MAX_FORMS) sessions.delete(sessions.keys().next().value ?? '')
    return session_id
  }

  const fill = async (form: string, card: TypedCard): Promise<string> => {
    const session_id = await sessionFor(form)
    try {
      await api.fillSession(session_id, card)
      return session_id
    } catch (error) {
      if (!(error instanceof CardApiRefusal) || error.field?.startsWith('sourceOfFunds')) throw error
      // The form may have stood open for longer than a session lives.
      sessions.delete(form)
      const fresh = await sessionFor(form)
      await api.fillSession(fresh, card)
      return fresh
    }
  }

  return {
    sessionFor,
    fill,
    used: ({ session }) => {
      const used_id = (session as { id?: unknown } | undefined)?.id
      for (const [form, session_id] of sessions) if (session_id === used_id) sessions.delete(form)
    },
  }
}
