/** One timeline of a payment or an order, for support: times, who changed what and why, who was told; people and secrets masked. */
import type { Context } from '../domain/context.ts'
import type { ShownSide } from '../domain/explain/message.ts'
import { explainOrder } from '../domain/explain/order.ts'
import { explainPayment } from '../domain/explain/payment.ts'
import type { Explanation } from '../domain/explain/timeline.ts'
import { findPayments } from '../domain/initiation/store.ts'
import { CommandError, parseOptions, wholeNumber } from './command.ts'
import { type InWords, inWords, momentText } from './explained-words.ts'
import { inContext } from './on-database.ts'

type Moment = InWords['moments'][number]

/**
 * `explain PAYMENT_ID [--messages]` (account rail), `explain --merchant MERCHANT_ID ORDER_ID` (card rail); `--json` prints
 * codes and facts, each with its sentence.
 */
export async function run(args: readonly string[]): Promise<number> {
  const flag = { type: 'boolean', default: false } as const
  const options = { merchant: { type: 'string' }, utc: flag, messages: flag, json: flag } as const
  const { positionals, values } = parseOptions(args, options, { min: 1, max: 1 })
  const [id] = positionals as [string]
  const payment_id =
    values.merchant === undefined ? wholeNumber('PAYMENT_ID', id, { min: 1, max: Number.MAX_SAFE_INTEGER }) : undefined
  const explained = await inContext((context) =>
    payment_id === undefined
      ? orderOf(context, values.merchant as string, id)
      : paymentsOf(context, payment_id, values.messages),
  )
  const told = explained.map(inWords)
  if (values.json) process.stdout.write(`${JSON.stringify(told, null, 2)}\n`)
  else for (const one of told) process.stdout.write(`${explanationText(one, values.utc)}\n`)
  return 0
}

async function paymentsOf(context: Context, payment_id: number, messages: boolean): Promise<Explanation[]> {
  const explained: Explanation[] = []
  for (const key of await findPayments(context, payment_id)) {
    const explanation = await explainPayment(context, key, { messages })
    if (explanation !== undefined) explained.push(explanation)
  }
  if (explained.length === 0) throw new CommandError(`there is no payment ${payment_id}`)
  return explained
}

async function orderOf(context: Context, merchant_id: string, order_id: string): Promise<Explanation[]> {
  const merchant = context.merchants.byMerchantId(merchant_id)
  if (merchant === undefined) throw new CommandError(`there is no merchant ${merchant_id}`)
  const explanation = await explainOrder(context, { merchant, order_id })
  if (explanation === undefined) throw new CommandError(`merchant ${merchant_id} has no order ${order_id}`)
  return [explanation]
}

function explanationText({ title, background, moments, open }: InWords, utc: boolean): string {
  const width = (of: (moment: Moment) => string) => Math.max(0, ...moments.map((moment) => of(moment).length))
  const widths = { change: width(changeText), by: width(({ by_text }) => by_text) }
  return [
    title,
    ...background.map(({ text }) => `  ${text}`),
    `time in Bucharest${utc ? ' [UTC]' : ''}`,
    ...moments.flatMap((moment, n) => {
      const time = `${momentText(moment.at)}${utc ? ` [${moment.at.toISOString()}]` : ''}`
      const since = sinceText(moments[n - 1], moment).padStart(12)
      const change = changeText(moment).padEnd(widths.change)
      const line = `  ${time} ${since}  ${change}  ${moment.by_text.padEnd(widths.by)}  ${moment.text}`
      return [line, ...messageLines(moment)]
    }),
    ...(open.length === 0 ? [] : ['open', ...open.map(({ text }) => `  ${text}`)]),
  ].join('\n')
}

/** Headers and bodies, where they were asked for: `>` what we said, `<` what the bank did. */
function messageLines({ code, facts }: Moment): string[] {
  const messages = code === 'exchange' ? facts.messages : undefined
  if (messages === undefined) return []
  if (messages === 'unreadable') return ['      cannot be opened with the keys of this installation']
  return [
    ...sideLines('>', messages.request),
    ...(messages.answer === undefined ? [] : sideLines('<', messages.answer)),
  ]
}

function sideLines(mark: string, { headers, body, bytes, cut }: ShownSide): string[] {
  return [
    ...headers.map(([name, value]) => `${name}: ${value}`),
    ...(body === undefined ? [] : ['', ...body.split('\n')]),
    ...(cut ? [`(cut; ${bytes} bytes in all)`] : []),
  ].map((line) => `      ${mark} ${line}`)
}

const changeText = ({ from, to }: Moment): string =>
  to === undefined ? '' : from === undefined ? to : `${from} → ${to}`

function sinceText(before: Moment | undefined, moment: Moment): string {
  if (before === undefined) return ''
  return `+${(Math.max(0, moment.at.getTime() - before.at.getTime()) / 1000).toFixed(3)} s`
}
