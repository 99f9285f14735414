/** Agreements of both rails with their series, and tokens of cards. */
import { Type } from 'typebox'
import { searchAgreements, searchTokens, showAgreement } from '../../domain/search/series.ts'
import { mayDo } from '../../domain/staff/roles.ts'
import { route, type TableRoute } from '../route-table.ts'
import { PAGED } from './payments.ts'

const text = (maxLength: number) => Type.Optional(Type.String({ maxLength }))
const One = Type.Object({
  client_id: Type.String({ minLength: 1, maxLength: 64 }),
  agreement_id: Type.String({ minLength: 1, maxLength: 100 }),
})

export const agreementRoutes: readonly TableRoute[] = [
  route({
    method: 'GET',
    path: '/agreements',
    act: 'order.read',
    summary: 'Consents to series, of cards and of accounts, the newest first.',
    query: Type.Object({ partner: text(64), agreement_id: text(100), rail: text(20), status: text(100), ...PAGED }),
    handle: ({ acting, session, query }) => searchAgreements(acting, query, mayDo(session.role, 'card.last-four')),
  }),
  route({
    method: 'GET',
    path: '/agreements/:client_id/:agreement_id',
    act: 'order.read',
    summary: 'One agreement with what was paid under it.',
    params: One,
    handle: ({ acting, session, params }) =>
      showAgreement(acting, { ...params, shows_last_four: mayDo(session.role, 'card.last-four') }),
  }),
  route({
    method: 'GET',
    path: '/tokens',
    act: 'order.read',
    summary: 'Tokens of cards, by their last characters; never a number, never a whole token.',
    query: Type.Object({ merchant: text(40), token_suffix: text(40), status: text(20), ...PAGED }),
    handle: ({ acting, session, query }) => searchTokens(acting, query, mayDo(session.role, 'card.last-four')),
  }),
]
