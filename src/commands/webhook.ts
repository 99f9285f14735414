/** Webhooks by hand. */
import { compose } from '../compose.ts'
import { readSettings } from '../config.ts'
import { recordAct } from '../domain/audit/record.ts'
import { redeliverWebhook } from '../domain/events/webhooks.ts'
import { createLog } from '../infra/log.ts'
import { commandActor } from './actor.ts'
import { CommandError, parseOptions, UsageError, wholeNumber } from './command.ts'

/** `webhook redeliver PAYMENT_ID --partner CLIENT_ID [--event N]`: queued here, sent by the running worker. */
export async function run(args: readonly string[]): Promise<number> {
  const [action, ...rest] = args
  if (action !== 'redeliver') throw new UsageError('webhook redeliver PAYMENT_ID')
  const { values, positionals } = parseOptions(
    rest,
    { event: { type: 'string' }, partner: { type: 'string' } },
    { min: 1, max: 1 },
  )
  const payment_id = wholeNumber('PAYMENT_ID', positionals[0] as string, { min: 1, max: Number.MAX_SAFE_INTEGER })
  const event_no =
    values.event === undefined ? undefined : wholeNumber('--event', values.event, { min: 1, max: 1_000_000 })
  const log = createLog('error', { write: (line) => void process.stderr.write(line) })
  const { context, close } = await compose(readSettings(), log, { schema: 'require' })
  try {
    const partners = context.partners
      .all()
      .filter((one) => values.partner === undefined || one.client_id === values.partner)
    if (partners.length === 0) throw new CommandError(`no such partner: ${values.partner}`)
    // Payment numbers are unique across partners, so at most one of them has it.
    for (const { partner_id, client_id } of partners) {
      const events = await redeliverWebhook(context, {
        partner_id,
        payment_id,
        ...(event_no !== undefined && { event_no }),
      })
      if (events.length === 0) continue
      await recordAct(context.db, commandActor(), {
        act: 'webhook.redeliver',
        subject: { kind: 'payment', id: String(payment_id) },
        after: { client_id, events },
      })
      process.stdout.write(`queued again for ${client_id}: event${events.length > 1 ? 's' : ''} ${events.join(', ')}\n`)
      return 0
    }
    throw new CommandError('there is no webhook to send of this payment')
  } finally {
    await close()
  }
}
