/** Orders of the card rail by hand, beside the back office. */
import { recordAct } from '../domain/audit/record.ts'
import { listCardEvents } from '../domain/cards/record-store.ts'
import { closeByWord, settleNow } from '../domain/cards/settle.ts'
import { loadWholeOrder, type WholeOrder } from '../domain/cards/store.ts'
import type { Context } from '../domain/context.ts'
import { currencyAmountText } from '../domain/currency.ts'
import { commandActor } from './actor.ts'
import { CommandError, parseOptions, UsageError } from './command.ts'
import { inContext } from './on-database.ts'

const USAGE =
  'order show|ask ORDER_ID --merchant MERCHANT_ID, or order close ORDER_ID --merchant MERCHANT_ID --as SUCCESS|FAILURE --reason TEXT'

/**
 * `order show` tells an order's transactions and history; `ask` asks the acquirer now what became of the one under way, and
 * records its word or reverses it, as the sweep would; `close` records what the acquirer said to people about it.
 */
export async function run(args: readonly string[]): Promise<number> {
  const [action, ...rest] = args
  if (action !== 'show' && action !== 'ask' && action !== 'close') throw new UsageError(USAGE)
  const { positionals, values } = parseOptions(
    rest,
    { merchant: { type: 'string' }, as: { type: 'string' }, reason: { type: 'string' } },
    { min: 1, max: 1 },
  )
  const merchant_id = values.merchant
  if (merchant_id === undefined) throw new UsageError(USAGE)
  const word = action === 'close' ? wordOf(values) : undefined
  await inContext(async (context) => {
    const merchant = context.merchants.byMerchantId(merchant_id)
    if (merchant === undefined) throw new CommandError(`there is no merchant ${merchant_id}`)
    const key = { partner_id: merchant.partner_id, order_id: positionals[0] as string }
    const whole = await loadWholeOrder(context, key)
    if (whole === undefined) throw new CommandError(`merchant ${merchant_id} has no order ${key.order_id}`)
    if (action !== 'show') {
      const { live_transaction_id: transaction_id } = whole.order
      if (transaction_id === null) throw new CommandError('no transaction of this order is under way')
      if (word !== undefined) await closeAs(context, { ...key, transaction_id }, word)
      else if (!(await settleNow(context, { ...key, transaction_id })))
        throw new CommandError('the transaction has ended meanwhile, is being settled, or its own call is under way')
    }
    await show(context, (await loadWholeOrder(context, key)) ?? whole)
  })
  return 0
}

type Word = Parameters<typeof closeByWord>[2]

function wordOf({ as, reason }: { as?: string | undefined; reason?: string | undefined }): Word {
  if ((as !== 'SUCCESS' && as !== 'FAILURE') || reason === undefined || reason.length < 3 || reason.length > 200)
    throw new UsageError('order close needs --as SUCCESS or FAILURE, and a --reason of 3 to 200 characters')
  return { approved: as === 'SUCCESS', reason }
}

async function closeAs(context: Context, key: Parameters<typeof closeByWord>[1], word: Word): Promise<void> {
  const is_closed = await closeByWord(context, key, word)
  const merchant_id = context.merchants.byPartnerId(key.partner_id)?.merchant_id
  await recordAct(context.db, commandActor(), {
    act: 'order.close',
    subject: { kind: 'order', id: key.order_id },
    outcome: is_closed ? 'done' : 'refused',
    after: { merchant_id, transaction_id: key.transaction_id, ...word },
  })
  if (!is_closed)
    throw new CommandError(
      'the transaction has ended meanwhile, is being settled, its own call is under way, or it is to be a SUCCESS although a reversal of it has left',
    )
}

async function show(context: Context, { order, transactions }: WholeOrder): Promise<void> {
  const money = (amount_minor: number) => currencyAmountText(amount_minor, order.currency)
  const totals = `authorized ${money(order.authorized_minor)}, captured ${money(order.captured_minor)}, refunded ${money(order.refunded_minor)}`
  const lines = [
    `order ${order.order_id}: ${order.status}, ${money(order.amount_minor)} ${order.currency} (${totals})`,
    ...transactions.map((t) => {
      const code = t.acquirer_code === null ? '' : ` by acquirer code ${t.acquirer_code}`
      const card = t.masked_number === null ? '' : ` ${t.masked_number}`
      return `  ${t.submitted_at.toISOString()} ${t.transaction_id}: ${t.type} ${money(t.amount_minor)}${card} ${t.source} ${t.result} ${t.gateway_code}${code}, reference ${t.reference}`
    }),
    ...(await listCardEvents(context, order)).map(
      (e) => `  ${e.at.toISOString()} ${e.transaction_id}: ${e.type} by ${e.cause} ${JSON.stringify(e.detail ?? {})}`,
    ),
  ]
  process.stdout.write(`${lines.join('\n')}\n`)
}
