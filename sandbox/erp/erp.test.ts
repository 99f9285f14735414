import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, before, describe, it } from 'node:test'
import { createPartnerWorld, type PartnerWorld } from '../partner/testing/world.ts'
import { configReader } from '../process/config.ts'
import type { Running } from '../process/lifecycle.ts'
import { isRomanianIban } from '../process/markup.ts'
import { startErp } from './erp.ts'
import { makeInvoices } from './invoices.ts'

type InvoiceJson = {
  invoice_id: string
  state: string
  status: string
  number: string
  supplier: string
  iban: string
  amount_minor: number
}

describe('erp', () => {
  let world: PartnerWorld
  let erp: Running
  const url = (path: string) => `${erp.facts.url}${path}`
  const page = async (path: string) => (await fetch(url(path))).text()
  const invoices = async () =>
    ((await (await fetch(url('/invoices.json'))).json()) as { invoices: InvoiceJson[] }).invoices
  const one = async (id: string) => (await (await fetch(url(`/invoices/${id}.json`))).json()) as InvoiceJson
  const pay = (id: string) =>
    fetch(url(`/api/invoices/${id}/pay`), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    })
  const deliver = (payment_id: number, changes: { status: string; sequence: number; reason?: string }) =>
    world.deliver(url('/webhooks/punte'), payment_id, changes)

  before(async () => {
    world = await createPartnerWorld()
    erp = await startErp(configReader(world.config))
  })
  after(async () => {
    await erp.close()
    await world.close()
  })

  it('makes the same invoices of the same seed, with sound IBANs', () => {
    const today = new Date('2026-03-01T00:00:00Z')
    const made = makeInvoices(1, 24, today)
    assert.deepEqual(made, makeInvoices(1, 24, today))
    assert.notDeepEqual(made, makeInvoices(2, 24, today))
    assert.equal(new Set(made.map((invoice) => invoice.invoice_id)).size, 24)
    for (const invoice of made)
      assert.ok(isRomanianIban(invoice.iban) && invoice.amount_minor > 0, JSON.stringify(invoice))
  })

  it('pays an invoice with its own data, moves it, and refuses to pay it twice', async () => {
    const [invoice] = await invoices()
    assert.ok(invoice)
    const started = await fetch(url(`/invoices/${invoice.invoice_id}/pay`), {
      method: 'POST',
      body: new URLSearchParams(),
      redirect: 'manual',
    })
    assert.equal(started.status, 303)
    const payment_id = Number(new URL(started.headers.get('location') ?? '').searchParams.get('payment'))
    const { amount_minor, number, supplier, iban } = invoice
    assert.deepEqual(world.punte.payments.get(payment_id)?.request, {
      creditorName: supplier,
      creditorIban: iban,
      amount: (amount_minor / 100).toFixed(2),
      details: `Factura ${number}`,
      psuIntermediarId: 'maria.popa',
      redirectURL: url(`/invoices/${invoice.invoice_id}/return`),
    })
    assert.match(await page('/?list=pending'), new RegExp(number))
    assert.doesNotMatch(await page('/?list=open'), new RegExp(number))
    assert.equal(((await (await pay(invoice.invoice_id)).json()) as { payment_id: number }).payment_id, payment_id)
    await deliver(payment_id, { status: 'ACSC', sequence: 2 })
    assert.match(await page('/?list=paid'), new RegExp(number))
    assert.deepEqual([(await one(invoice.invoice_id)).state, (await pay(invoice.invoice_id)).status], ['paid', 409])
  })

  it('puts a failed invoice back, with the reason, and tells a changed sum', async () => {
    const invoice = (await invoices())[1]
    assert.ok(invoice)
    const first = (await (await pay(invoice.invoice_id)).json()) as { payment_id: number }
    await deliver(first.payment_id, { status: 'CANC', sequence: 2, reason: 'REFUSED_BY_PAYER' })
    assert.equal((await one(invoice.invoice_id)).state, 'open')
    assert.match(await page(`/invoices/${invoice.invoice_id}`), /Ai refuzat plata la bancă/)
    const second = (await (await pay(invoice.invoice_id)).json()) as { payment_id: number }
    assert.notEqual(second.payment_id, first.payment_id)
    const payment = world.punte.payments.get(second.payment_id)
    assert.ok(payment?.request)
    Object.assign(payment, { status: 'ACSC', request: { ...payment.request, amount: '12.34' } })
    await deliver(second.payment_id, { status: 'ACSC', sequence: 2 })
    assert.match(await page(`/invoices/${invoice.invoice_id}`), /S-au plătit 12,34 lei/)
  })

  it('tells every fault of its configuration', async () => {
    await assert.rejects(
      startErp(configReader({ http: { port: 'x' } })),
      /http\.port: .*punte\.base_url: .*webhook_secret: .*data_dir: /,
    )
    const invoices_given = {
      ...world.config,
      data_dir: join(world.config.data_dir, 'other'),
      invoices: [{ number: 'X' }],
    }
    await assert.rejects(startErp(configReader(invoices_given)), /invoices\.0/)
  })

  it('runs as a process: ready line, kill, the same data, a stop with code 0', async () => {
    const file = join(world.config.data_dir, 'erp.json')
    await writeFile(file, JSON.stringify({ ...world.config, data_dir: join(world.config.data_dir, 'process') }))
    const start = async () => {
      const child = spawn(process.execPath, [new URL('./main.ts', import.meta.url).pathname, '--config', file], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      const exit = new Promise((resolve) => child.once('exit', (code, signal) => resolve(signal ?? code)))
      for await (const line of createInterface({ input: child.stdout })) {
        const ready = JSON.parse(line) as { ready: boolean; url: string }
        assert.equal(ready.ready, true)
        return { child, exit, url: ready.url }
      }
      throw new Error('no ready line')
    }
    const first = await start()
    const paid = (await (
      await fetch(`${first.url}/api/invoices/F001/pay`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
      })
    ).json()) as { payment_id: number }
    first.child.kill('SIGKILL')
    assert.equal(await first.exit, 'SIGKILL')
    const second = await start()
    const known = (await (await fetch(`${second.url}/invoices/F001.json`)).json()) as {
      attempts: { payment_id: number }[]
    }
    assert.equal(known.attempts[0]?.payment_id, paid.payment_id)
    second.child.kill('SIGTERM')
    assert.equal(await second.exit, 0)
  })
})
