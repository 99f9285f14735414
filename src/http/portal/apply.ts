/**
 * The form behind an invitation: no account, the token of the link stands in a header of every call. It comes in the
 * link's fragment, which browsers send nowhere. An applicant reads and writes his own case while it is his turn; what he
 * has uploaded he is told of and never sent back, so that a link that went astray shows no papers.
 */
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import { Type } from 'typebox'
import { type ApplicantView, type CaseContext, type CaseData, DOCUMENT_KINDS } from '../../domain/compliance/case.ts'
import { addApplicantDocument } from '../../domain/compliance/documents/add.ts'
import { openInvitation } from '../../domain/compliance/invitations/invite.ts'
import { submitCase, withdrawCase } from '../../domain/compliance/move.ts'
import { saveApplication } from '../../domain/compliance/save.ts'
import { showApplication } from '../../domain/compliance/show.ts'
import type { Context } from '../../domain/context.ts'
import { PunteError } from '../../domain/errors.ts'
import { documentName, UPLOAD_LIMIT_BYTES } from '../document-upload.ts'
import { type PublicCall, publicRoute, type TableRoute } from '../route-table.ts'
import { addressKey } from '../server.ts'

export const TOKEN_HEADER = 'x-invitation'
const MAX_TOKEN = 100
const WINDOW_S = 600
/** Of one address: links that open nothing, and uploads, each of which costs a look into up to 10 MB. */
const WRONG_LINKS = 20
const UPLOADS = 60

const VERSION = Type.Integer({ minimum: 0, maximum: 1_000_000 })
const ANY_OBJECT = Type.Record(Type.String(), Type.Unknown())

type Limiters = { readonly wrong: RateLimiterMemory; readonly uploads: RateLimiterMemory }
const limiters = new WeakMap<Context, Limiters>()

function limitersOf(context: Context): Limiters {
  const known = limiters.get(context)
  if (known !== undefined) return known
  const made = {
    wrong: new RateLimiterMemory({ points: WRONG_LINKS, duration: WINDOW_S }),
    uploads: new RateLimiterMemory({ points: UPLOADS, duration: WINDOW_S }),
  }
  limiters.set(context, made)
  return made
}

const tooMany = (refusal: unknown): PunteError => {
  if (!(refusal instanceof RateLimiterRes)) throw refusal
  return new PunteError('RATE_LIMITED', { retry_after_s: Math.ceil(refusal.msBeforeNext / 1000) })
}

type Opened = { readonly case_id: number; readonly acting: Context & CaseContext }

/** @throws PunteError INVITATION_INVALID, RATE_LIMITED */
async function open({
  context,
  request,
}: Pick<PublicCall<never, never, never>, 'context' | 'request'>): Promise<Opened> {
  const { wrong } = limitersOf(context)
  const address = addressKey(request.ip)
  const tried = await wrong.get(address)
  if (tried !== null && tried.consumedPoints >= WRONG_LINKS) throw tooMany(tried)
  const token = request.headers[TOKEN_HEADER]
  try {
    if (typeof token !== 'string' || token === '' || token.length > MAX_TOKEN)
      throw new PunteError('INVITATION_INVALID')
    const { case_id, actor } = await openInvitation(context, { token, address })
    return { case_id, acting: { ...context, actor } }
  } catch (error) {
    if (error instanceof PunteError && error.code === 'INVITATION_INVALID')
      await wrong.consume(address).catch((refusal: unknown) => Promise.reject(tooMany(refusal)))
    throw error
  }
}

const view = ({ case_id, acting }: Opened): Promise<ApplicantView> => showApplication(acting, case_id)

export const applyRoutes: readonly TableRoute[] = [
  publicRoute({
    method: 'GET',
    path: '/application',
    summary: 'The case that the link opens, with what lacks and what was asked.',
    handle: async (call) => view(await open(call)),
  }),
  publicRoute({
    method: 'PUT',
    path: '/application',
    summary: 'Saves what is filled in, onto the version that was seen; it may lack anything.',
    body: Type.Object({ version: VERSION, data: ANY_OBJECT }),
    async handle(call) {
      const opened = await open(call)
      const { version, data } = call.body
      await saveApplication(opened.acting, { case_id: opened.case_id, version, data: data as CaseData })
      return await view(opened)
    },
  }),
  publicRoute({
    method: 'POST',
    path: '/application/documents',
    summary: 'A document: the body is the file, X-Document-Name its name, percent-encoded.',
    query: Type.Object({
      kind: Type.Enum(DOCUMENT_KINDS.filter((kind) => kind !== 'authority_request')),
      supersedes: Type.Optional(Type.String({ pattern: '^[1-9][0-9]{0,14}$' })),
    }),
    raw_body: true,
    body_limit: UPLOAD_LIMIT_BYTES,
    // Ten megabytes of somebody without a link are not even read.
    async before(context, request) {
      await open({ context, request })
      await limitersOf(context)
        .uploads.consume(addressKey(request.ip))
        .catch((refusal: unknown) => Promise.reject(tooMany(refusal)))
    },
    async handle(call) {
      const opened = await open(call)
      const { request, query } = call
      await addApplicantDocument(opened.acting, {
        case_id: opened.case_id,
        kind: query.kind,
        name: documentName(request),
        bytes: request.body as Buffer,
        ...(query.supersedes !== undefined && { supersedes: Number(query.supersedes) }),
      })
      return await view(opened)
    },
  }),
  publicRoute({
    method: 'POST',
    path: '/application/submission',
    summary: 'Hands it in; everything that lacks is told at once.',
    body: Type.Object({ version: VERSION }),
    async handle(call) {
      const opened = await open(call)
      await submitCase(opened.acting, { case_id: opened.case_id, version: call.body.version })
      return await view(opened)
    },
  }),
  publicRoute({
    method: 'POST',
    path: '/application/withdrawal',
    summary: 'Takes it back.',
    body: Type.Object({ version: VERSION }),
    async handle(call) {
      const opened = await open(call)
      await withdrawCase(opened.acting, { case_id: opened.case_id, version: call.body.version })
    },
  }),
]
