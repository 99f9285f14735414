/** The queue's tasks beside each other. */
import assert from 'node:assert/strict'
import test, { after, before } from 'node:test'
import { migrateJobs, startWorker } from '../../infra/jobs/worker.ts'
import { createLog } from '../../infra/log.ts'
import { until } from '../../infra/testing/until.ts'
import type { Context } from '../context.ts'
import { type Fixture, openFixture, says } from '../initiation/fixture.ts'
import { settle } from '../initiation/settling/settle.ts'
import { eventTasks } from './tasks.ts'

let f: Fixture
before(async () => {
  f = await openFixture('Ecommerce', {
    PUNTE_WORKER_CONCURRENCY: 2,
    PUNTE_MAIL_FROM: 'plati@punte.example',
    PUNTE_OPERATOR_NAME: 'Punte',
    PUNTE_OPERATOR_REGISTER: 'nr. 1',
    PUNTE_OPERATOR_CONTACT: 'contact@punte.example',
    PUNTE_OPERATOR_COMPLAINTS: 'reclamatii@punte.example',
  })
  await migrateJobs(f.context.db.pool.options.connectionString ?? '')
})
after(() => f?.close())

test('a mail server that does not answer holds up no webhook', async () => {
  const mail_server = Promise.withResolvers<void>()
  let mails = 0
  let told = 0
  const context: Context = {
    ...f.context,
    mail: {
      send: () => {
        mails += 1
        return mail_server.promise
      },
      close: async () => {},
    },
    outbound: {
      request: async () => {
        told += 1
        return { kind: 'answered', status: 204, headers: {}, body: Buffer.alloc(0) }
      },
      close: async () => {},
    },
  }
  f.bank.status = [says('RJCT')]
  const ended = async () => settle(context, { ...(await f.submitted()), cause: 'poll' })
  for (let n = 0; n < 4; n += 1) await ended()
  const worker = await startWorker({
    url: f.context.db.pool.options.connectionString ?? '',
    tasks: eventTasks(context),
    concurrency: 2,
    log: createLog('silent'),
  })
  try {
    await until('as many mails that hang as there are places', () => mails === 2)
    for (let n = 0; n < 4; n += 1) await ended()
    await until('what is told meanwhile', () => told === 8)
    assert.equal(told, 8)
  } finally {
    mail_server.resolve()
    await worker.stop()
  }
})
