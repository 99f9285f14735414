/** What waits for whoever has signed in, and how today goes. Each part only for those who may look at it. */
import type { Context } from '../../domain/context.ts'
import { countProposals } from '../../domain/four-eyes/waiting.ts'
import { todayInRomania } from '../../domain/initiation/partner-calls/request.ts'
import { countAlerts } from '../../domain/limits/alert-store.ts'
import { listDeadlines } from '../../domain/registers/reminders.ts'
import { readReport } from '../../domain/reports/report.ts'
import { countCases, unknownSubmissions, unknownTransactions } from '../../domain/reports/waiting-store.ts'
import { mayDo, type StaffAct } from '../../domain/staff/roles.ts'
import { route, type TableRoute } from '../route-table.ts'

const LISTED = 20
/** Longer than any bank or acquirer takes to answer: what is younger settles by itself. */
const UNSETTLED_MS = 10 * 60_000

export const homeRoutes: readonly TableRoute[] = [
  route({
    method: 'GET',
    path: '/home',
    act: 'session',
    summary: 'What waits for whoever asks, and the payments of today.',
    async handle({ acting, session }) {
      const ifMay = <T>(act: StaffAct, read: () => Promise<T>): Promise<T | null> =>
        mayDo(session.role, act) ? read() : Promise.resolve(null)
      const [alerts, approvals, cases, deadlines, unsettled, today] = await Promise.all([
        ifMay('alert.read', () => countAlerts(acting, session.user_name)),
        countProposals(acting, session),
        ifMay('case.read', () => countCases(acting, acting.clock.now())),
        ifMay('register.read', () => listDeadlines(acting)),
        ifMay('payment.read', () => unsettledOf(acting)),
        ifMay('report.read', () => todayOf(acting)),
      ])
      return { now: acting.clock.now(), alerts, approvals, cases, deadlines, unsettled, today }
    },
  }),
]

async function unsettledOf(context: Context) {
  const until = new Date(context.clock.now().getTime() - UNSETTLED_MS)
  const [payments, transactions] = await Promise.all([
    unknownSubmissions(context, until, LISTED),
    unknownTransactions(context, until, LISTED),
  ])
  const named = <Row extends { readonly partner_id: number }>({ partner_id, ...row }: Row) => ({
    ...row,
    client_id: context.partners.byId(partner_id)?.client_id ?? '',
  })
  return { payments: payments.map(named), transactions: transactions.map(named) }
}

async function todayOf(context: Context) {
  const day = todayInRomania(context.clock.now())
  const { totals, banks, counted_until, times } = await readReport(context, { from: day, to: day })
  return {
    day,
    ...(counted_until !== undefined && { counted_until }),
    totals,
    median_s: times.median_s,
    // Every bank, also one that nobody has chosen today: one that is not offered explains why.
    banks: context.banks.all().map((profile) => ({
      bank_id: profile.id,
      name: profile.name,
      obstacle: context.banks.obstacle(profile) ?? null,
      ...(banks.find(({ bank_id }) => bank_id === profile.id) ?? NO_TRIES),
    })),
  }
}

const NO_TRIES = { try_count: 0, try_settled_count: 0, try_failed_count: 0, success: null, settled_minor: 0 }
