/**
 * The hosted page's server side: view.ts (what the page shows), step.ts (where the payment stands), banks.ts (which banks
 * are offered), submission.ts (what the page sends, checked against the editability table), calls.ts (its calls),
 * server.ts (the page itself, the banks' return). The wire is contract.ts.
 */
import type { Context } from '../../domain/context.ts'
import { type ListProgress, readList, readListProgress } from '../../domain/initiation/lists/list.ts'
import { todayInRomania } from '../../domain/initiation/partner-calls/request.ts'
import { asOfToday } from '../../domain/initiation/payer/availability.ts'
import { pageToken } from '../../domain/initiation/payer/capability.ts'
import { returnUrl } from '../../domain/initiation/payer/return.ts'
import { openSession } from '../../domain/initiation/session.ts'
import type { PaymentRow } from '../../domain/initiation/store.ts'
import { openTerms, type StoredTerms } from '../../domain/initiation/terms.ts'
import type { Partner } from '../../domain/partners/directory.ts'
import type { Schedule } from '../../infra/banks/connector.ts'
import { bankChoices } from './banks.ts'
import type {
  EditableField,
  ListItem,
  PaymentList,
  PaymentProgress,
  PaymentView,
  ScheduleView,
  StateRun,
} from './contract.ts'
import {
  isAuthorisedOrder,
  itemStateOf,
  outcomeOf,
  outcomeOfList,
  type Step,
  stepOf,
  stepOfList,
  toldReason,
} from './step.ts'

const PAYERS_OWN: readonly EditableField[] = ['debtorIban', 'email', 'bankId']

/** The seed's table "editabil / needitabil" by partner type; "Nume partener" is never editable. */
const EDITABLE: Readonly<Record<Partner['type'], readonly EditableField[]>> = {
  Finance: ['creditorName', 'creditorIban', 'debtorIban', 'email', 'bankId', 'details', 'amount'],
  Ecommerce: PAYERS_OWN,
}

/** What the payer may change. A list is as the partner made it, whoever the partner is. */
export function editableFields(partner: Partner, payment: Pick<PaymentRow, 'kind'>): readonly EditableField[] {
  return payment.kind === 'list' ? PAYERS_OWN : EDITABLE[partner.type]
}

/** What the page shows of a payment now. */
export async function viewOf(context: Context, partner: Partner, payment: PaymentRow): Promise<PaymentView> {
  const { settings } = context
  const state = payment.kind === 'list' ? await readList(context, payment) : undefined
  const states = state && statesOf(context, payment, state)
  return {
    ...momentOf(context, partner, payment, state, states),
    ...(state !== undefined && {
      list: {
        ...listOf(state),
        items: state.items.map((item, index) => ({
          no: item.no,
          creditorName: item.creditor_name,
          creditorIban: item.creditor_iban,
          amountMinor: item.amount_minor,
          details: item.details,
          ...(states?.[index] as ItemState),
        })),
      },
    }),
    partner: {
      name: partner.name,
      type: partner.type,
      colour: partner.colour,
      ...(partner.logo !== undefined && { logo: partner.logo }),
    },
    banks: bankChoices(context, payment, state && sizeOf(state)),
    operator: {
      name: settings.PUNTE_OPERATOR_NAME,
      register: settings.PUNTE_OPERATOR_REGISTER,
      contact: settings.PUNTE_OPERATOR_CONTACT,
      complaints: settings.PUNTE_OPERATOR_COMPLAINTS,
    },
  }
}

/** The same of a list whose payments the page knows: how it stands. */
export async function progressOf(context: Context, partner: Partner, list: PaymentRow): Promise<PaymentProgress> {
  const state = await readListProgress(context, list)
  const states = statesOf(context, list, state)
  const moment = momentOf(context, partner, list, state, states)
  return {
    ...moment,
    ...(moment.editable.length > 0 && { banks: bankChoices(context, list, sizeOf(state)) }),
    list: { ...listOf(state), states: runsOf(states) },
  }
}

type ItemState = Pick<ListItem, 'state' | 'reason'>

function statesOf(context: Context, list: PaymentRow, state: ListProgress): ItemState[] {
  const bank = list.bank_id === null ? undefined : context.banks.get(list.bank_id)
  const moment = { today: todayInRomania(context.clock.now()), is_agreed: isAuthorisedOrder(list, bank?.profile) }
  return state.items.map((item) => ({
    state: itemStateOf(list, state, item, moment),
    ...toldReason(item),
  }))
}

function runsOf(states: readonly ItemState[]): StateRun[] {
  const runs: (ItemState & { count: number })[] = []
  for (const item of states) {
    const last = runs.at(-1)
    if (last !== undefined && last.state === item.state && last.reason === item.reason) last.count += 1
    else runs.push({ count: 1, ...item })
  }
  return runs
}

type Standing = Step & Pick<PaymentView, 'editable'>

/** Where a payment that is no list stands, and what of it its payer may change. */
export function standingOf(context: Context, partner: Partner, payment: PaymentRow): Standing {
  return standingAt(context, partner, payment, undefined, context.clock.now())
}

function standingAt(
  context: Context,
  partner: Partner,
  payment: PaymentRow,
  list: ListProgress | undefined,
  now: Date,
): Standing {
  const stands = whereItStands(context, payment, list, now)
  // A list of which something has been at a bank stays at that bank.
  const fillable =
    stands.step === 'form' || (stands.entering === true && (list === undefined || !sizeOf(list).is_begun))
  return { ...stands, editable: fillable ? editableFields(partner, payment) : [] }
}

/** What is true now and may be otherwise at the next look. */
function momentOf(
  context: Context,
  partner: Partner,
  payment: PaymentRow,
  state: ListProgress | undefined,
  states: readonly ItemState[] | undefined,
): Omit<PaymentView, 'list' | 'partner' | 'banks' | 'operator'> {
  const { settings } = context
  const now = context.clock.now()
  const today = todayInRomania(now)
  const terms = openTerms(context, payment)
  const { step, redirect_url, psu_message, entering, editable } = standingAt(context, partner, payment, state, now)
  const outcome = states === undefined ? outcomeOf(payment, today) : outcomeOfList(payment, states, today)
  const notice = step === 'form' || step === 'next' ? noticeOf(state?.refusal ?? payment.refusal) : undefined
  const expires_at = expiresAt(payment, settings.PUNTE_ABANDON_AFTER_MINUTES).toISOString()
  return {
    paymentId: payment.payment_id,
    step,
    kind: payment.kind === 'list' || payment.kind === 'recurring' ? payment.kind : 'single',
    ...(terms.schedule !== undefined && { schedule: scheduleOf(terms.schedule) }),
    ...executionDay(payment, step, today),
    ...(payment.is_link && { linkExpiresAt: expires_at }),
    values: valuesOf(payment, terms, editable.length > 0),
    editable,
    ...(redirect_url !== undefined && { redirectUrl: redirect_url }),
    ...(entering === true && { entering }),
    ...(psu_message !== undefined && { psuMessage: psu_message }),
    ...(step === 'outcome' && { outcome }),
    ...(notice !== undefined && { notice }),
    returnUrl: returnUrl(payment),
    returnAfterSeconds: settings.PUNTE_PAGE_RETURN_SECONDS,
    idleMinutes: settings.PUNTE_PAGE_IDLE_MINUTES,
    expiresAt: expires_at,
    now: now.toISOString(),
    pageToken: pageToken(context.keys, payment, now),
  }
}

function whereItStands(context: Context, payment: PaymentRow, list: ListProgress | undefined, now: Date): Step {
  if (list !== undefined && list.way !== 'together') return stepOfList(payment, list, now)
  const bank = payment.bank_id === null ? undefined : context.banks.get(payment.bank_id)
  return stepOf(payment, openSession(context, payment), bank?.profile, now)
}

function valuesOf(payment: PaymentRow, terms: StoredTerms, fillable: boolean): PaymentView['values'] {
  const bank_id = payment.bank_id ?? terms.debtor_bank
  const own: PaymentView['values'] = {
    // The payer's own data is needed to fill in the form, and not after.
    ...(fillable && terms.debtor_iban !== undefined && { debtorIban: terms.debtor_iban }),
    ...(fillable && terms.email !== undefined && { email: terms.email }),
    ...(bank_id !== undefined && { bankId: bank_id }),
  }
  if (payment.kind === 'list') return own
  return {
    ...own,
    ...(terms.creditor_name !== undefined && { creditorName: terms.creditor_name }),
    ...(terms.creditor_iban !== undefined && { creditorIban: terms.creditor_iban }),
    ...(terms.details !== undefined && { details: terms.details }),
    ...(payment.amount_minor !== null && { amountMinor: payment.amount_minor }),
  }
}

function listOf(state: ListProgress): Omit<PaymentList, 'items'> {
  const { way, items, current } = state
  const next_no = current?.no ?? state.next_no
  return {
    count: items.length,
    totalMinor: items.reduce((sum, { amount_minor }) => sum + amount_minor, 0),
    ...(way !== undefined && { way }),
    ...(way !== 'together' && next_no !== undefined && { nextNo: next_no }),
  }
}

function scheduleOf(schedule: Schedule): ScheduleView {
  return {
    startDate: schedule.start_date,
    frequency: schedule.frequency,
    ...(schedule.end_date !== undefined && { endDate: schedule.end_date }),
    ...(schedule.day_of_execution !== undefined && { dayOfExecution: schedule.day_of_execution }),
  }
}

/** Why the last try came back. */
function noticeOf(refusal: string | null): string | undefined {
  // The payer chose another bank himself.
  if (refusal === null || refusal === 'LEFT') return undefined
  if (refusal === 'REFUSED:access_denied') return 'BANK_ACCESS_DENIED'
  return refusal.startsWith('REFUSED') ? 'BANK_REFUSED' : 'BANK_UNAVAILABLE'
}

const sizeOf = ({ items }: ListProgress) => ({
  count: items.length,
  is_begun: items.some(({ status }) => status !== 'INIT'),
})

/** Rows of before have no time of their own. */
function expiresAt(payment: PaymentRow, abandon_after_minutes: number): Date {
  return payment.expires_at ?? new Date(payment.created_at.getTime() + abandon_after_minutes * 60_000)
}

/** A day that has come is at once for who has yet to pay. */
function executionDay(
  payment: PaymentRow,
  step: PaymentView['step'],
  today: string,
): Pick<PaymentView, 'executionDate'> {
  const { execution_date } = step === 'form' ? asOfToday(payment, today) : payment
  return execution_date === null ? {} : { executionDate: execution_date }
}
