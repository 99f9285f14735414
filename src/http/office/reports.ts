/** Reports of a period, as figures and as CSV of the same figures. */
import { Type } from 'typebox'
import { recordAct } from '../../domain/audit/record.ts'
import type { Context } from '../../domain/context.ts'
import { PunteError } from '../../domain/errors.ts'
import { todayInRomania } from '../../domain/initiation/partner-calls/request.ts'
import { readCardReport, readReport } from '../../domain/reports/report.ts'
import type { Wanted } from '../../domain/reports/store.ts'
import { cardCsv, reportCsv, TABLES } from '../../domain/reports/tables.ts'
import { route, type TableRoute } from '../route-table.ts'

const DAY = Type.String({ pattern: '^20[0-9]{2}-[0-9]{2}-[0-9]{2}$' })
const FILTERS = {
  from: Type.Optional(DAY),
  to: Type.Optional(DAY),
  client_id: Type.Optional(Type.String({ maxLength: 64 })),
  bank_id: Type.Optional(Type.String({ maxLength: 64 })),
}
/** Days shown where no period is asked for, today among them. */
const USUAL_DAYS = 30
const DAY_MS = 24 * 60 * 60_000

type Asked = { readonly [K in keyof typeof FILTERS]?: string | undefined }

export const reportRoutes: readonly TableRoute[] = [
  route({
    method: 'GET',
    path: '/reports/filters',
    act: 'report.read',
    summary: 'Partners and banks that reports may be narrowed down to.',
    handle: async ({ context }) => ({
      partners: context.partners.all().map(({ client_id, name }) => ({ client_id, name })),
      banks: context.banks.all().map(({ id, name }) => ({ bank_id: id, name })),
    }),
  }),
  route({
    method: 'GET',
    path: '/reports/payments',
    act: 'report.read',
    summary: 'Payments from accounts in a period: volumes, banks, where payers give up, times, reasons.',
    query: Type.Object(FILTERS),
    handle: ({ context, query }) => readReport(context, wantedOf(context, query)),
  }),
  route({
    method: 'GET',
    path: '/reports/cards',
    act: 'report.read',
    summary: 'Card payments in a period, by source, scheme and code of the gateway.',
    query: Type.Object(FILTERS),
    handle: ({ context, query }) => readCardReport(context, wantedOf(context, query)),
  }),
  route({
    method: 'GET',
    path: '/reports/csv/:table',
    act: 'report.read',
    summary: 'One table of a report as CSV.',
    params: Type.Object({ table: Type.Enum([...TABLES]) }),
    query: Type.Object(FILTERS),
    async handle({ context, acting, query, params, reply }) {
      const wanted = wantedOf(context, query)
      const { table } = params
      const csv =
        table === 'cards'
          ? cardCsv(await readCardReport(context, wanted))
          : reportCsv(table, await readReport(context, wanted))
      const { from, to } = wanted
      await recordAct(acting.db, acting.actor, {
        act: 'report.export',
        subject: { kind: 'report', id: table },
        after: { from, to, client_id: query.client_id ?? null, bank_id: query.bank_id ?? null },
      })
      return reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', `attachment; filename="punte-${table}-${from}-${to}.csv"`)
        .send(csv)
    },
  }),
]

/** @throws PunteError FIELD_INVALID */
function wantedOf(context: Context, asked: Asked): Wanted {
  const to = checkDay('to', asked.to) ?? todayInRomania(context.clock.now())
  const usual_from = new Date(Date.parse(to) - (USUAL_DAYS - 1) * DAY_MS).toISOString().slice(0, 10)
  const from = checkDay('from', asked.from) ?? usual_from
  return { from, to, partner_id: partnerId(context, asked.client_id), bank_id: asked.bank_id }
}

// The pattern lets the 31st of February through, which the database would refuse as our fault.
function checkDay(field: string, day: string | undefined): string | undefined {
  if (day === undefined) return undefined
  const at = new Date(`${day}T00:00:00Z`)
  if (Number.isNaN(at.getTime()) || at.toISOString().slice(0, 10) !== day)
    throw new PunteError('FIELD_INVALID', { field })
  return day
}

function partnerId(context: Context, client_id: string | undefined): number | undefined {
  if (client_id === undefined) return undefined
  const partner = context.partners.byClientId(client_id)
  if (partner === undefined)
    throw new PunteError('FIELD_INVALID', { field: 'client_id', text: 'There is no such partner.' })
  return partner.partner_id
}
