/**
 * What happens when the second person approves. This file is the table: for each act that takes two people what may be
 * proposed, what of its subject must not have changed since, and how it is done. propose.ts and approve.ts are the two
 * steps, waiting.ts what staff see of proposals; the rows of approvals themselves are of src/domain/staff/approvals.ts.
 */
import type { Static, TSchema } from 'typebox'
import type { Subject } from '../audit/acts.ts'
import type { Told } from '../audit/record.ts'
import type { Queries } from '../audit/store.ts'
import { approveCase, lookAtApproval } from '../compliance/approve.ts'
import type { Context } from '../context.ts'
import { PunteError } from '../errors.ts'
import { levelsOf, setLimitsIn } from '../limits/manage.ts'
import { allowFlexibleUrlIn, setRedirectUrlsIn } from '../partners/manage.ts'
import { checkRedirectUrls } from '../partners/profile.ts'
import { addCertificateIn, checkRegistration, withdrawCertificateIn } from '../partners/registrations.ts'
import { findPartner } from '../partners/store.ts'
import { lookAtRefund, lookAtUnsaid, queueOrderActIn } from '../search/order-acts.ts'
import { closePaymentIn, lookAtUnanswered } from '../search/payment-acts.ts'
import type { ApprovalRow } from '../staff/approval-store.ts'
import type { StaffAct } from '../staff/roles.ts'
import { activeKeys, queueRotation } from './key-rotation.ts'
import {
  CaseProposal,
  CertificateProposal,
  FlexibleUrlProposal,
  KeyProposal,
  LimitProposal,
  OrderCloseProposal,
  OrderRefundProposal,
  PaymentCloseProposal,
  RedirectUrlProposal,
} from './proposals.ts'

/** What the audit log tells of it: without secrets and personal data. */
export type Done = { readonly before?: Told; readonly after?: Told }

export type Executor<S extends TSchema = TSchema> = {
  readonly input: S
  /**
   * Of the subject what the act depends on, as JSON. Kept with the proposal; where it reads otherwise when the second
   * person approves, nothing is done. Also the place to refuse early what could not be done.
   * @param db the pool when it is proposed, the connection of the transaction when it is approved
   */
  readonly look?: (
    context: Context,
    db: Queries,
    asked: { readonly subject: Subject; readonly input: Static<S> },
  ) => Promise<Readonly<Record<string, unknown>>>
  /**
   * Does it, on the connection it is given, which also marks the proposal as executed and writes the audit row: no
   * network, nothing outside the database, for it may run again.
   */
  readonly run: (
    context: Context,
    db: Queries,
    approval: Omit<ApprovalRow, 'input'> & { readonly input: Static<S> },
  ) => Promise<Done>
}

// Each row is written with the type of its own input; whoever calls has checked the input against the row's schema.
function row<S extends TSchema>(executor: Executor<S>): Executor {
  return executor as unknown as Executor
}

export const EXECUTORS: Readonly<Partial<Record<StaffAct, Executor>>> = {
  'partner.approve': row({
    input: CaseProposal,
    look: lookAtApproval,
    run: approveCase,
  }),

  'partner.certificate': row({
    input: CertificateProposal,
    async look(context, db, { subject, input }) {
      const partner = await partnerOf(db, subject.id)
      const active = partner.certificates.filter(({ withdrawn_at }) => withdrawn_at === null)
      const { kind } = input
      if (kind === 'add') await checkRegistration(context, input)
      else if (!active.some(({ certificate_id }) => certificate_id === input.certificate_id))
        throw new PunteError('FIELD_INVALID', { field: 'certificate_id', text: 'The partner has no such certificate.' })
      return { certificates: active.map(({ certificate_id }) => certificate_id) }
    },
    run: (context, db, { subject_id: client_id, input }) =>
      input.kind === 'add'
        ? addCertificateIn(context, db, { client_id, ...input })
        : withdrawCertificateIn(context, db, { client_id, certificate_id: input.certificate_id }),
  }),

  'partner.redirect-url': row({
    input: RedirectUrlProposal,
    async look(_context, db, { subject, input }) {
      checkRedirectUrls(input.redirect_urls)
      return { redirect_urls: (await partnerOf(db, subject.id)).redirect_urls }
    },
    run: (_context, db, { subject_id: client_id, input }) => setRedirectUrlsIn(db, { client_id, ...input }),
  }),

  'partner.flexible-url': row({
    input: FlexibleUrlProposal,
    // The addresses as well: what is allowed is whatever lies on their origins.
    async look(_context, db, { subject }) {
      const { may_flexible_url, redirect_urls } = await partnerOf(db, subject.id)
      const text = 'The partner may choose its return addresses already.'
      if (may_flexible_url) throw new PunteError('FIELD_INVALID', { field: 'may_flexible_url', text })
      return { may_flexible_url, redirect_urls }
    },
    run: (_context, db, { subject_id: client_id }) => allowFlexibleUrlIn(db, client_id),
  }),

  'limit.raise': row({
    input: LimitProposal,
    look: (_context, db, { subject, input }) => levelsOf(db, subject.id, input.changes),
    run: (context, db, { subject_id: client_id, input }) => setLimitsIn(context, db, client_id, input.changes),
  }),

  'key.rotate': row({
    input: KeyProposal,
    look: async (context, _db, { input }) => activeKeys(context, input.kind),
    // The key file is no table: the worker does it, and puts on record what came of it.
    run: (context, db, { approval_id, input }) => queueRotation(context, db, { approval_id, kind: input.kind }),
  }),

  'payment.close': row({
    input: PaymentCloseProposal,
    look: (context, db, { subject }) => lookAtUnanswered(context, db, Number(subject.id)),
    run: (context, db, { subject_id }) => closePaymentIn(context, db, Number(subject_id)),
  }),

  // The acquirer has to be asked: the worker does it, once, and puts on record what came of it.
  'order.refund': row({
    input: OrderRefundProposal,
    look: (context, db, { input }) => lookAtRefund(context, db, input),
    run: (context, db, { approval_id, input }) =>
      queueOrderActIn(context, db, { ...input, approval_id, kind: 'refund' }),
  }),

  'order.close': row({
    input: OrderCloseProposal,
    look: (context, db, { input }) => lookAtUnsaid(context, db, input),
    run: async (context, db, { approval_id, input }) => {
      const { transaction_id } = await lookAtUnsaid(context, db, input)
      return queueOrderActIn(context, db, { ...input, approval_id, transaction_id, kind: 'close' })
    },
  }),
}

async function partnerOf(db: Queries, client_id: string) {
  const partner = await findPartner(db, client_id)
  if (partner === undefined) throw new PunteError('PARTNER_UNKNOWN')
  return partner
}
