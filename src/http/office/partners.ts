/** Partners: the list, one partner whole, and what staff change of it. */
import { Type } from 'typebox'
import { PunteError } from '../../domain/errors.ts'
import { CertificateFiles, RedirectUrlProposal } from '../../domain/four-eyes/proposals.ts'
import { proposeAct } from '../../domain/four-eyes/propose.ts'
import { renewWebhookSecret, updateProfile } from '../../domain/partners/manage.ts'
import { overviewOf } from '../../domain/partners/overview.ts'
import { readRegistration } from '../../domain/partners/registrations.ts'
import { searchPartners } from '../../domain/partners/search-store.ts'
import { signRequest } from '../../domain/partners/sign-request.ts'
import { resumePartner, suspendPartner } from '../../domain/partners/standing.ts'
import { route, type TableRoute } from '../route-table.ts'
import { REASON } from './approvals.ts'

const PAGE = 50
/** A logo and the one it takes the place of, or a chain with a revocation list. */
const LARGE_BODY = 512 * 1024
const NUMBER = Type.String({ pattern: '^[1-9][0-9]{0,9}$' })
const CLIENT_ID = Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$' })
export const Partner = Type.Object({ client_id: CLIENT_ID })
const TEXT = Type.String({ maxLength: 2048 })
const LOGO = Type.String({ maxLength: 140_000 })
const orNull = <S extends ReturnType<typeof Type.String> | ReturnType<typeof Type.Integer>>(schema: S) =>
  Type.Optional(Type.Union([schema, Type.Null()]))

const Profile = Type.Object(
  {
    name: Type.Optional(Type.String({ maxLength: 200 })),
    colour: Type.Optional(Type.String({ maxLength: 20 })),
    require_signed_requests: Type.Optional(Type.Boolean()),
    may_headless: Type.Optional(Type.Boolean()),
    // Allowing it takes two people, and has a call of its own.
    may_flexible_url: Type.Optional(Type.Boolean()),
    logo: orNull(LOGO),
    webhook_url: orNull(TEXT),
    requests_per_minute: orNull(Type.Integer({ minimum: 1, maximum: 1_000_000 })),
  },
  { additionalProperties: false },
)

const looking: readonly TableRoute[] = [
  route({
    method: 'GET',
    path: '/partners',
    act: 'partner.read',
    summary: 'Partners in the order in which they came, by name, client id, type, status, or a review that is overdue.',
    query: Type.Object({
      search: Type.Optional(Type.String({ maxLength: 100 })),
      type: Type.Optional(Type.Enum(['Ecommerce', 'Finance'])),
      status: Type.Optional(Type.Enum(['active', 'suspended'])),
      review: Type.Optional(Type.Enum(['overdue'])),
      after: Type.Optional(NUMBER),
    }),
    async handle({ acting, query }) {
      const { review, after, ...wanted } = query
      const filters = {
        ...wanted,
        ...(review !== undefined && { overdue: true }),
        ...(after !== undefined && { after: Number(after) }),
      }
      const found = await searchPartners(acting.db, filters, acting.clock.now(), PAGE + 1)
      return { partners: found.slice(0, PAGE), has_more: found.length > PAGE }
    },
  }),
  route({
    method: 'GET',
    path: '/partners/:client_id',
    act: 'partner.read',
    summary: 'One partner: profile, certificates, standing, what it is on the card rail, its case.',
    params: Partner,
    handle: ({ acting, params }) => overviewOf(acting, params.client_id),
  }),
]

const changing: readonly TableRoute[] = [
  route({
    method: 'PATCH',
    path: '/partners/:client_id',
    act: 'partner.profile',
    summary: 'Changes fields of the profile; refused where somebody else has changed one of them since it was seen.',
    params: Partner,
    body_limit: LARGE_BODY,
    body: Type.Object({ changes: Profile, seen: Profile }),
    handle({ acting, params, body }) {
      if (body.changes.may_flexible_url === true)
        throw new PunteError('FIELD_INVALID', { field: 'may_flexible_url', text: 'Allowing it takes two people.' })
      return updateProfile(acting, { ...body.changes, ...params }, body.seen)
    },
  }),
  route({
    method: 'POST',
    path: '/partners/:client_id/suspension',
    act: 'partner.suspend',
    summary: 'From now on its calls are refused; what is under way at banks is settled.',
    params: Partner,
    body: Type.Object({ reason: REASON }),
    handle: ({ acting, params, body }) => suspendPartner(acting, params.client_id, body.reason),
  }),
  route({
    method: 'POST',
    path: '/partners/:client_id/resumption',
    act: 'partner.resume',
    summary: 'Lets it work again.',
    params: Partner,
    body: Type.Object({ reason: REASON }),
    handle: ({ acting, params, body }) => resumePartner(acting, params.client_id, body.reason),
  }),
  route({
    method: 'POST',
    path: '/partners/:client_id/webhook-secret',
    act: 'partner.secret',
    summary: 'A new secret for its webhooks, valid at once and shown this once.',
    params: Partner,
    handle: async ({ acting, params }) => ({ secret: await renewWebhookSecret(acting, params.client_id) }),
  }),
  route({
    method: 'POST',
    path: '/partners/:client_id/redirect-urls',
    act: 'partner.redirect-url',
    summary: 'Proposes other return addresses, in the place of all that are registered.',
    params: Partner,
    body: Type.Object({ ...RedirectUrlProposal.properties, reason: REASON }),
    handle({ acting, session, params, body, reply }) {
      reply.code(202)
      const { reason, redirect_urls } = body
      const subject = { kind: 'partner', id: params.client_id } as const
      return proposeAct(acting, session, { act: 'partner.redirect-url', subject, input: { redirect_urls }, reason })
    },
  }),
]

const flexibleUrl: TableRoute = route({
  method: 'POST',
  path: '/partners/:client_id/flexible-url',
  act: 'partner.flexible-url',
  summary: 'Proposes that it may name any address of its registered origins (flexibleURL), payment by payment.',
  params: Partner,
  body: Type.Object({ reason: REASON }),
  handle({ acting, session, params, body, reply }) {
    reply.code(202)
    const subject = { kind: 'partner' as const, id: params.client_id }
    return proposeAct(acting, session, { act: 'partner.flexible-url', subject, input: {}, reason: body.reason })
  },
})

const certificates: readonly TableRoute[] = [
  route({
    method: 'POST',
    path: '/partners/:client_id/certificates/reading',
    act: 'partner.certificate',
    summary: 'What would be registered of a certificate and its authorities: names, dates, chain. Registers nothing.',
    params: Partner,
    body_limit: LARGE_BODY,
    body: Type.Object(CertificateFiles),
    handle: ({ acting, body }) => readRegistration(acting, body),
  }),
  route({
    method: 'POST',
    path: '/partners/:client_id/certificates/signing',
    act: 'partner.certificate',
    summary: "Signs a request (PKCS #10) with the installation's own authority for partners, where it has one.",
    params: Partner,
    body: Type.Object({ request_pem: Type.String({ minLength: 1, maxLength: 20_000 }) }),
    handle: ({ acting, params, body }) => signRequest(acting, { ...params, ...body }),
  }),
  route({
    method: 'POST',
    path: '/partners/:client_id/certificates',
    act: 'partner.certificate',
    summary: 'Proposes to register a certificate beside those that are.',
    params: Partner,
    body_limit: LARGE_BODY,
    body: Type.Object({ ...CertificateFiles, reason: REASON }),
    handle({ acting, session, params, body, reply }) {
      reply.code(202)
      const { reason, ...files } = body
      const subject = { kind: 'partner', id: params.client_id } as const
      return proposeAct(acting, session, {
        act: 'partner.certificate',
        subject,
        input: { kind: 'add', ...files },
        reason,
      })
    },
  }),
  route({
    method: 'POST',
    path: '/partners/:client_id/certificates/:certificate_id/withdrawal',
    act: 'partner.certificate',
    summary: 'Proposes to withdraw a certificate. Who must stop it at once suspends the partner.',
    params: Type.Object({ client_id: CLIENT_ID, certificate_id: NUMBER }),
    body: Type.Object({ reason: REASON }),
    handle({ acting, session, params, body, reply }) {
      reply.code(202)
      const subject = { kind: 'partner', id: params.client_id } as const
      const input = { kind: 'withdraw', certificate_id: Number(params.certificate_id) }
      return proposeAct(acting, session, { act: 'partner.certificate', subject, input, reason: body.reason })
    },
  }),
]

export const partnerRoutes: readonly TableRoute[] = [...looking, ...changing, flexibleUrl, ...certificates]
