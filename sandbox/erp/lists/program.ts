/** A list begun by a program instead of a person, as an ERP's own jobs would. */

import { HttpError, json, jsonBody, type Route } from '../../process/http.ts'
import { parseLei } from '../../process/markup.ts'
import { faultsOf, MAX_AMOUNT_MINOR, tidy, tidyIban } from '../files/lines.ts'
import { type ListLine, MAX_LIST_LINES } from './book.ts'
import { listsOf, readDay } from './draft.ts'
import { beginList, type Lists } from './run.ts'

const MAX_BODY_BYTES = 262_144
const MAX_FAULTS_TOLD = 20

/**
 * `POST /api/lists {title?, lines: [{name, iban, amount, details}], execution_date?, batch_booking?}` → 201 `{list_id, payment_id,
 * redirect_url, payments: [{no, payment_id}]}`; 400 names every line at fault.
 */
export function programRoute(lists: Lists): Route {
  return {
    method: 'POST',
    path: '/api/lists',
    accepts: 'json',
    max_body_bytes: MAX_BODY_BYTES,
    handle: async (asked) => {
      const body = jsonBody(asked)
      const lines = readLines(body.lines)
      const read = readDay(typeof body.execution_date === 'string' ? body.execution_date : '', lists.now())
      if ('fault' in read) throw new HttpError(400, 'execution_date: not today or a day of the coming year')
      const title =
        typeof body.title === 'string' && tidy(body.title) !== '' ? tidy(body.title).slice(0, 80) : 'Program'
      const [list] = await lists.book.create(
        listsOf({ title, batch_booking: body.batch_booking === true }, lines, read.day),
      )
      if (list === undefined) throw new HttpError(500, 'no list was made')
      const { payment_id, redirect_url } = await beginList(lists, list)
      const payments = lists.book.statesOf(list).map((state) => ({ no: state.line.no, payment_id: state.payment_id }))
      return json({ list_id: list.list_id, payment_id, redirect_url, payments }, 201)
    },
  }
}

function readLines(given: unknown): readonly Omit<ListLine, 'no'>[] {
  if (!Array.isArray(given) || given.length === 0 || given.length > MAX_LIST_LINES)
    throw new HttpError(400, `lines: 1 to ${MAX_LIST_LINES}`)
  const faults: string[] = []
  const lines = (given as readonly unknown[]).map((each, index) => {
    const { name, iban, amount, details } = (each ?? {}) as Record<string, unknown>
    const text = (value: unknown): string => (typeof value === 'string' ? value : '')
    const line = { name: tidy(text(name)), iban: tidyIban(text(iban)), details: tidy(text(details)) }
    const amount_minor = parseLei(amount)
    const found = faultsOf(line)
    if (amount_minor === undefined || amount_minor > MAX_AMOUNT_MINOR) found.push('amount: missing or not valid')
    if (found.length > 0) faults.push(`lines[${index}]: ${found.join(', ')}`)
    return { ...line, amount_minor: amount_minor ?? 0 }
  })
  if (faults.length > 0) throw new HttpError(400, faults.slice(0, MAX_FAULTS_TOLD).join('; '))
  return lines
}
