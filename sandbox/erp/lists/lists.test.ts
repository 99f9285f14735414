import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { createPartnerWorld, type PartnerWorld } from '../../partner/testing/world.ts'
import { configReader } from '../../process/config.ts'
import type { Running } from '../../process/lifecycle.ts'
import { startErp } from '../erp.ts'
import { PAYROLL } from '../files/payroll.ts'
import { counted } from './pages.ts'

type ListJson = {
  list_id: string
  status: string
  paid: boolean
  repeatable: number[]
  attempt?: { payment_id: number }
  lines: { no: number; name: string; iban: string; status: string; reason?: string; payment_id?: number }[]
}
const IBAN = 'RO49AAAA1B31007593840000'
const paymentsIn = (request: Record<string, unknown> | undefined) =>
  (request?.payments ?? []) as readonly { creditorName: string }[]
const HEADER = 'Nume beneficiar;IBAN;Sumă;Detalii'

describe('lists of payments', () => {
  let world: PartnerWorld
  let erp: Running
  const url = (path: string) => `${erp.facts.url}${path}`
  const page = async (path: string) => (await fetch(url(path))).text()
  const submit = (path: string, fields: [string, string][] = []) =>
    fetch(url(path), { method: 'POST', body: new URLSearchParams(fields), redirect: 'manual' })
  const upload = (content: string | Uint8Array<ArrayBuffer>, name = 'plati.csv') => {
    const form = new FormData()
    form.set('file', new Blob([content]), name)
    return fetch(url('/plati/fisier'), { method: 'POST', body: form, redirect: 'manual' })
  }
  const at = (response: Response) => response.headers.get('location') ?? ''
  const listOf = async (list_id: string) => (await (await fetch(url(`/plati/${list_id}.json`))).json()) as ListJson
  const punteOf = (payment_id: number | undefined) => {
    const payment = world.punte.payments.get(payment_id ?? 0)
    assert.ok(payment)
    return payment
  }
  /** Sets what Punte says of a list and its lines. */
  const settle = (payment_id: number, status: string, lines: [status: string, reason?: string][]) => {
    const payment = punteOf(payment_id)
    payment.status = status
    for (const [index, [line_status, reason]] of lines.entries())
      Object.assign(payment.items?.[index] ?? {}, { status: line_status, ...(reason !== undefined && { reason }) })
  }
  /** Puts three payments into a list and leaves for Punte. */
  const begin = async (count = 3) => {
    const rows = Array.from(
      { length: count },
      (_, index) => `Om ${index + 1};${IBAN};${index + 1},50;Plata ${index + 1}`,
    )
    const answer = await submit(at(await upload([HEADER, ...rows].join('\n'))))
    assert.equal(answer.status, 303, await answer.text())
    const payment_id = Number(new URL(at(answer)).searchParams.get('payment'))
    const list_id = /\/plati\/(PL-\w+)\/inapoi/.exec(String(punteOf(payment_id).request?.redirectURL))?.[1] ?? ''
    return { payment_id, list_id }
  }
  const later = () => new Promise((resolve) => setTimeout(resolve, 1550))

  before(async () => {
    world = await createPartnerWorld()
    erp = await startErp(configReader(world.config))
  })
  after(async () => {
    await erp.close()
    await world.close()
  })

  it('shows everything of a file before it is paid, and pays what was accepted', async () => {
    const file = [
      HEADER,
      `Ana <b>;${IBAN};1.234,50;Chirie`,
      `Dan;${IBAN};1.234;Ambiguu`,
      `Ana <b>;${IBAN};1234.50;Chirie`,
    ]
    const uploaded = await upload(file.join('\r\n'))
    assert.equal(uploaded.status, 303)
    const draft = await page(at(uploaded))
    assert.match(draft, /se pot plăti 2 plăți, 1 linie respinsă/)
    assert.match(draft, /la fel ca linia 2/)
    assert.match(draft, /se poate citi în două feluri/)
    assert.match(draft, /1\.234,50 lei<\/output>/)
    assert.doesNotMatch(draft, /Ana <b>/)
    const answer = await submit(at(uploaded), [['date', '']])
    const payment_id = Number(new URL(at(answer)).searchParams.get('payment'))
    const { redirectURL, ...request } = punteOf(payment_id).request ?? {}
    assert.deepEqual(request, {
      payments: [
        {
          creditorName: 'Ana <b>',
          creditorIban: IBAN,
          amount: '1234.50',
          details: 'Chirie',
          psuIntermediarId: 'maria.popa',
        },
      ],
    })
    assert.equal(at(await submit(at(uploaded))), at(answer), 'a draft becomes a list once')
    for (const after_it of [
      await submit(at(uploaded), [['repeat', '4']]),
      await fetch(url(at(uploaded)), { redirect: 'manual' }),
    ])
      assert.match(at(after_it), /^\/plati\/PL-\w+$/, 'another choice is not paid as the first one was')
    assert.match(String(redirectURL), /\/plati\/PL-\w{10}\/inapoi$/)
  })

  it('pays a duplicate that was ticked, and on a day to come', async () => {
    const draft = at(await upload([HEADER, `Ana;${IBAN};5;Chirie`, `Ana;${IBAN};5;Chirie`].join('\n')))
    for (const date of ['2020-01-01', '2099-01-01', '2030-02-30', 'mâine'])
      assert.equal((await submit(draft, [['date', date]])).status, 422, date)
    const date = new Date(Date.now() + 7 * 86_400_000).toISOString().slice(0, 10)
    const answer = await submit(draft, [
      ['date', date],
      ['repeat', '3'],
    ])
    const { request } = punteOf(Number(new URL(at(answer)).searchParams.get('payment')))
    assert.deepEqual([request?.executionDate, paymentsIn(request).length], [date, 2])
  })

  it('follows every line by webhooks and status calls, and tells a partial outcome', async () => {
    const { payment_id, list_id } = await begin()
    assert.match(await page(`/plati/${list_id}`), /Continuă plata/)
    const [first] = punteOf(payment_id).items ?? []
    assert.ok(first)
    await world.deliver(url('/webhooks/punte'), first.paymentId, { status: 'ACSC', sequence: 2 })
    // The status call would say INIT still: the webhook's word stays.
    const during = await listOf(list_id)
    assert.deepEqual(
      during.lines.map(({ status }) => status),
      ['ACSC', 'INIT', 'INIT'],
    )
    assert.match(await page(`/plati/${list_id}`), /S-au plătit 1 din 3 plăți până acum/)
    settle(payment_id, 'PART', [['ACSC'], ['RJCT', 'INSUFFICIENT_FUNDS'], ['RJCT']])
    await later()
    const back = await fetch(url(`/plati/${list_id}/inapoi?status=ACSC`), { redirect: 'manual' })
    assert.deepEqual([back.status, at(back)], [303, `/plati/${list_id}`])
    const over = await listOf(list_id)
    assert.deepEqual([over.status, over.paid, over.repeatable], ['PART', false, [2, 3]])
    const shown = await page(`/plati/${list_id}`)
    assert.match(shown, /S-au plătit 1 din 3 plăți/)
    assert.match(shown, /În cont nu sunt destui bani/)
    assert.match(shown, /Listă nouă: 2 plăți, 6,00 lei/)
  })

  it('pays again only what is unpaid for sure, once, in a new list', async () => {
    const { payment_id, list_id } = await begin(5)
    const again = (id = list_id) => submit(`/plati/${id}/din-nou`)
    settle(payment_id, 'ACSP', [['RJCT'], ['ACSP'], ['INIT'], ['INIT'], ['INIT']])
    assert.equal((await again()).status, 409, 'a list that runs')
    settle(payment_id, 'PART', [['RJCT'], ['ACSC'], ['ACSP'], ['ABND'], ['CANC']])
    // The last moment may bring a success of what was given up.
    world.punte.interrupt.push(() => ({ status: 503, body: { code: 'OVERLOADED' }, headers: { 'retry-after': '60' } }))
    assert.equal((await again()).status, 503, 'Punte does not say how they stand')
    const [one, two] = await Promise.all([again(), again()])
    assert.deepEqual([one.status, two.status].sort(), [303, 409])
    const answer = one.status === 303 ? one : two
    const second = Number(new URL(at(answer)).searchParams.get('payment'))
    const names = paymentsIn(punteOf(second).request).map(({ creditorName }) => creditorName)
    assert.deepEqual(names, ['Om 1', 'Om 5'])
    const old = await page(`/plati/${list_id}`)
    assert.match(old, /pusă din nou în altă listă/)
    assert.match(old, /banca mai poate confirma până la/)
    assert.deepEqual((await listOf(list_id)).repeatable, [])
    // A success that comes after all is told, and what was repeated for it too.
    const [first] = punteOf(payment_id).items ?? []
    assert.ok(first)
    await world.deliver(url('/webhooks/punte'), punteOf(payment_id).items?.[3]?.paymentId ?? 0, {
      status: 'ACSC',
      sequence: 9,
    })
    assert.equal((await listOf(list_id)).lines[3]?.status, 'ACSC')
  })

  it('keeps lists, lines and their standing over a restart', async () => {
    const { payment_id, list_id } = await begin()
    settle(payment_id, 'PART', [['ACSC'], ['RJCT', 'SCA_FAILED'], ['ABND']])
    const known = await listOf(list_id)
    await erp.close()
    erp = await startErp(configReader(world.config))
    const { attempt, ...now } = await listOf(list_id)
    const { attempt: before_attempt, ...then } = known
    assert.deepEqual([now, attempt?.payment_id], [then, before_attempt?.payment_id])
    assert.match(await page('/plati'), /S-au plătit 1 din 3 plăți/)
  })

  it('pays chosen invoices together, and none of them twice', async () => {
    const { invoices } = (await (await fetch(url('/invoices.json'))).json()) as {
      invoices: { invoice_id: string; number: string; state: string }[]
    }
    const [a, b, c] = invoices.filter(({ state }) => state === 'open')
    assert.ok(a && b && c)
    const one = (id: string) =>
      fetch(url(`/invoices/${id}.json`)).then((answer) => answer.json()) as Promise<{ state: string }>
    const chosen: [string, string][] = [a, b].map(({ invoice_id }) => ['invoice', invoice_id])
    const [draft, rival] = [at(await submit('/plati/facturi', chosen)), at(await submit('/plati/facturi', chosen))]
    assert.match(await page(draft), new RegExp(`Factura ${a.number}`))
    const answer = await submit(draft)
    assert.equal(answer.status, 303)
    assert.equal((await submit(rival)).status, 409, 'the same invoices in another list')
    assert.equal((await submit(`/invoices/${a.invoice_id}/pay`)).status, 409, 'and alone')
    const payment_id = Number(new URL(at(answer)).searchParams.get('payment'))
    assert.equal((await one(a.invoice_id)).state, 'pending')
    const third = await page(at(await submit('/plati/facturi', [...chosen, ['invoice', c.invoice_id]])))
    assert.match(third, /se poate plăti 1 plată, 2 linii respinse/)
    settle(payment_id, 'PART', [['ACSC'], ['RJCT']])
    await world.deliver(url('/webhooks/punte'), payment_id, { status: 'PART', sequence: 4 })
    await later()
    assert.deepEqual([(await one(a.invoice_id)).state, (await one(b.invoice_id)).state], ['paid', 'open'])
    assert.match(await page(`/invoices/${a.invoice_id}`), /Plată reușită[\s\S]*Vezi lista/)
    assert.match(await page(`/invoices/${b.invoice_id}`), /Plata nu a reușit[\s\S]*Încearcă din nou/)
    assert.equal((await submit(`/invoices/${a.invoice_id}/pay`)).status, 409, 'what a list has paid')
    assert.equal((await submit(`/invoices/${b.invoice_id}/pay`)).status, 303)
    assert.equal((await submit('/plati/facturi')).status, 422)
  })

  it('splits more than 500 payments, and pays salaries as one booking', async () => {
    const rows = Array.from({ length: 501 }, (_, index) => `Om ${index};${IBAN};1,00;Plata ${index}`)
    const draft = at(await upload([HEADER, ...rows].join('\n')))
    assert.match(await page(draft), /vor fi 2 liste/)
    assert.equal(at(await submit(draft)), '/plati')
    const overview = await page('/plati')
    assert.match(overview, /Fișier CSV \(1 din 2\)[\s\S]*500 de plăți|500 de plăți[\s\S]*Fișier CSV \(1 din 2\)/)
    const second = /\/plati\/(PL-\w+)">Fișier CSV \(2 din 2\)/.exec(overview)?.[1] ?? ''
    const begun = await submit(`/plati/${second}/porneste`)
    assert.equal(begun.status, 303)
    assert.equal(at(await submit(`/plati/${second}/porneste`)), at(begun), 'a list is begun once')
    const salaries = at(await submit('/salarii'))
    const answer = await submit(salaries)
    const { request } = punteOf(Number(new URL(at(answer)).searchParams.get('payment')))
    assert.equal(paymentsIn(request).length, PAYROLL.length)
    assert.equal(request?.batchBookingPreferred, true)
    assert.match(await page(at(await submit('/salarii'))), /12 plăți seamănă cu plăți făcute sau în curs/)
  })

  it('takes a list from a program, and names what is wrong with it', async () => {
    const post = async (body: object) => {
      const answer = await fetch(url('/api/lists'), {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
      const told = (await answer.json()) as {
        list_id: string
        payment_id: number
        payments: unknown
        error: string
      }
      return { status: answer.status, ...told }
    }
    const line = { name: 'Ana', iban: IBAN, amount: '12.50', details: 'Program' }
    const begun = await post({ title: 'De la program', lines: [line, { ...line, amount: 3 }] })
    assert.equal(begun.status, 201)
    const { items } = punteOf(begun.payment_id)
    assert.deepEqual(
      begun.payments,
      items?.map(({ paymentId }, index) => ({ no: index + 1, payment_id: paymentId })),
    )
    assert.equal((await listOf(begun.list_id)).lines.length, 2)
    const wrong = await post({ lines: [line, { ...line, amount: '1,5', iban: 'x' }, null] })
    assert.equal(wrong.status, 400)
    assert.match(wrong.error, /lines\[1\]: .*IBAN.*lines\[2\]: /)
    for (const body of [
      {},
      { lines: [] },
      { lines: Array(501).fill(line) },
      { lines: [line], execution_date: '2020-01-01' },
    ])
      assert.equal((await post(body)).status, 400)
  })

  it('takes its own samples back', async () => {
    for (const name of ['salarii.csv', 'salarii.xml']) {
      const sample = await fetch(url(`/modele/${name}`))
      assert.match(sample.headers.get('content-disposition') ?? '', new RegExp(name))
      const draft = await page(at(await upload(new Uint8Array(await sample.arrayBuffer()), 'orice')))
      assert.match(draft, /se pot plăti 12 plăți, nicio linie respinsă/)
    }
  })

  it('names the lines that Punte refuses, keeps the list, and takes nothing that is no file of payments', async () => {
    const draft = at(await upload(`${HEADER}\nAna;${IBAN};5,00;Chirie`))
    const refused = { field: 'payments[0].creditorIban', code: 'IBAN_INVALID', message: 'x' }
    world.punte.interrupt.push(() => ({
      status: 400,
      body: { code: 'IBAN_INVALID', message: 'x', field: refused.field, faults: [refused] },
    }))
    const answer = await submit(draft)
    assert.equal(answer.status, 502)
    const text = await answer.text()
    assert.match(text, /Plata nu a pornit.*linia 1, creditorIban: IBAN_INVALID/s)
    assert.match(text, /Lista nu a pornit/)
    assert.equal((await submit(draft)).status, 303, 'and it is begun afterwards')
    for (const [content, words] of [
      ['', /Alege un fișier/],
      ['%PDF-1.4', /PDF/],
      ['a;b;c\n1;2;3', /Lipsesc: Nume beneficiar, IBAN, Sumă, Detalii/],
    ] as const) {
      const wrong = await upload(content)
      assert.equal(wrong.status, 422)
      assert.match(await wrong.text(), words)
    }
    assert.equal((await upload('a'.repeat(1_100_000))).status, 413)
    assert.equal((await submit('/plati/fisier', [['file', 'x']])).status, 422)
    const foreign = await fetch(url('/plati/fisier'), {
      method: 'POST',
      body: new FormData(),
      headers: { 'sec-fetch-site': 'cross-site' },
    })
    assert.equal(foreign.status, 403)
    assert.equal((await fetch(url('/plati/verificare/x'))).status, 404)
    assert.equal((await fetch(url('/plati/PL-0000000000'))).status, 404)
  })

  it('counts in Romanian', () => {
    const said = [0, 1, 2, 19, 20, 100, 101, 119, 120, 500].map((count) => counted(count, 'plată', 'plăți'))
    const de = ['20 de plăți', '100 de plăți', '101 plăți', '119 plăți', '120 de plăți', '500 de plăți']
    assert.deepEqual(said, ['0 plăți', '1 plată', '2 plăți', '19 plăți', ...de])
  })
})
