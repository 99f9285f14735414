import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Context } from '../../domain/context.ts'
import { createLog } from '../../infra/log.ts'
import { countPaymentStatus } from '../../infra/metrics.ts'
import { startOps } from './ops.ts'

test('live, ready as the database is, metrics', async () => {
  let database: 'up' | 'down' | 'hangs' = 'up'
  const refresh = () =>
    database === 'up'
      ? Promise.resolve()
      : database === 'down'
        ? Promise.reject(new Error('gone'))
        : new Promise<void>(() => {})
  const settings = { PUNTE_OPS_HOST: '127.0.0.1', PUNTE_OPS_PORT: 0 }
  const query = () =>
    database === 'up' ? Promise.resolve({ rows: [{ indicator: 'max_amount', count: 2 }] }) : new Promise(() => {})
  const parts = { settings, log: createLog('silent'), partners: { refresh }, db: { query } }
  const ops = await startOps(parts as unknown as Context)
  const get = async (path: string) => {
    const answer = await fetch(`${ops.url}${path}`)
    return { status: answer.status, text: await answer.text() }
  }
  try {
    assert.equal((await get('/live')).status, 200)
    assert.deepEqual(await get('/ready'), { status: 200, text: '{"status":"ready","checks":{"database":"ok"}}' })
    assert.match((await get('/metrics')).text, /punte_alerts_open\{indicator="max_amount"\} 2/)
    database = 'down'
    assert.deepEqual(await get('/ready'), {
      status: 503,
      text: '{"status":"not ready","checks":{"database":"unreachable"}}',
    })
    database = 'hangs'
    assert.deepEqual(await get('/ready'), { status: 503, text: '{"status":"not ready","checks":{"database":"slow"}}' })
    assert.equal((await get('/live')).status, 200)
    countPaymentStatus('ACSC')
    const { text } = await get('/metrics')
    // Without the database there are all but those that stand in it.
    assert.doesNotMatch(text, /punte_alerts_open\{/)
    assert.match(text, /punte_payment_status_total\{status="ACSC"\} 1/)
    assert.match(text, /punte_http_request_seconds_count\{surface="ops",method="GET",route="\/live",status="200"\} 2/)
    assert.match(text, /punte_nodejs_eventloop_lag_seconds/)
    const missing = await get('/nowhere')
    assert.equal(missing.status, 404)
    assert.equal(JSON.parse(missing.text).code, 'ROUTE_UNKNOWN')
  } finally {
    await ops.close()
  }
})
