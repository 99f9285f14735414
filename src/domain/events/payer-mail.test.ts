/** Payer mail against a real database and a real SMTP server. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import test, { after, before, beforeEach } from 'node:test'
import PostalMime, { type Email } from 'postal-mime'
import { SMTPServer } from 'smtp-server'
import type { BankConnector } from '../../infra/banks/connector.ts'
import { createLog } from '../../infra/log.ts'
import { createMailer, type Mailer } from '../../infra/mail/mailer.ts'
import type { Context } from '../context.ts'
import { type Fixture, openFixture, REQUEST, says } from '../initiation/fixture.ts'
import { initiateList } from '../initiation/lists/initiate.ts'
import { submitList } from '../initiation/lists/list.ts'
import { loadItems } from '../initiation/lists/store.ts'
import { initiatePayment } from '../initiation/partner-calls/initiate.ts'
import { settle } from '../initiation/settling/settle.ts'
import { loadPayment, type PaymentKey, type PaymentRow } from '../initiation/store.ts'
import { MOST_LINKS_PER_HOUR, sendPaymentLink } from './link-mail.ts'
import { sendPayerMail } from './payer-mail.ts'
import type { EventKey } from './store.ts'

let f: Fixture
let mailer: Mailer
let context: Context
let server: SMTPServer
const received: { mail: Email; to: string[]; raw: string }[] = []
const lines: string[] = []
/** What the server says to RCPT TO and to the message: an SMTP code, or 250. */
let rcpt_reply = 250
let data_reply = 250

function reply(code: number, text: string): Error | undefined {
  return code === 250 ? undefined : Object.assign(new Error(text), { responseCode: code })
}

before(async () => {
  f = await openFixture('Ecommerce', {
    PUNTE_OPERATOR_NAME: 'Punte Test SRL',
    PUNTE_OPERATOR_REGISTER: 'nr. 1/2026',
    PUNTE_OPERATOR_CONTACT: 'str. Podului 1',
    PUNTE_OPERATOR_COMPLAINTS: 'plangeri@punte.example',
    PUNTE_MAIL_FROM: 'Punte <plati@punte.example>',
  })
  server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onRcptTo: (address, _session, done) => done(reply(rcpt_reply, `no mailbox ${address.address}`)),
    async onData(stream, session, done) {
      const chunks: Buffer[] = []
      for await (const chunk of stream) chunks.push(chunk as Buffer)
      const raw = Buffer.concat(chunks).toString()
      if (data_reply === 250)
        received.push({
          mail: await PostalMime.parse(raw),
          to: session.envelope.rcptTo.map(({ address }) => address),
          raw,
        })
      done(reply(data_reply, 'not today'))
    },
  })
  server.on('error', () => {})
  const listening = server.listen(0, '127.0.0.1')
  await once(listening, 'listening')
  const { port } = listening.address() as AddressInfo
  const log = createLog('debug', { write: (line) => void lines.push(line) })
  mailer = createMailer({ url: `smtp://127.0.0.1:${port}`, from: f.context.settings.PUNTE_MAIL_FROM, log })
  context = { ...f.context, mail: mailer, log }
})
after(async () => {
  await mailer?.close()
  await new Promise<void>((resolve) => server.close(() => resolve()))
  await f?.close()
})
beforeEach(() => {
  f.reset()
  received.length = 0
  rcpt_reply = 250
  data_reply = 250
})

/** A payment that the bank ended so, and its last event. */
async function ended(status: string, reason?: string): Promise<EventKey> {
  const key = await f.submitted()
  f.bank.status = [says(status, reason)]
  await settle(f.context, { ...key, cause: 'poll' })
  return { ...key, event_no: await lastEvent(key) }
}

async function lastEvent(key: PaymentKey): Promise<number> {
  const { rows } = await f.context.db.query<{ event_no: number }>({
    text: 'select event_no from payments where partner_id = $1 and payment_id = $2',
    values: [key.partner_id, key.payment_id],
  })
  return rows[0]?.event_no ?? 0
}

async function stateOf(job: EventKey): Promise<string | undefined> {
  const { rows } = await f.context.db.query<{ state: string }>({
    text: 'select state from payer_mails where partner_id = $1 and payment_id = $2 and event_no = $3',
    values: [job.partner_id, job.payment_id, job.event_no],
  })
  return rows[0]?.state
}

test('a paid payment: one mail, to the payer alone, complete, and only once', async () => {
  const job = await ended('ACSC')
  await sendPayerMail(context, job)
  await sendPayerMail(context, job)
  assert.equal(received.length, 1)
  const [{ mail, to, raw } = assert.fail()] = received
  assert.deepEqual(to, [REQUEST.psu_email])
  assert.equal(mail.from?.address, 'plati@punte.example')
  assert.equal(mail.subject, 'Plata de 123,45 lei către Florăria Ana a fost efectuată')
  assert.equal(mail.messageId, `<evt.${job.partner_id}.${job.payment_id}.${job.event_no}@punte.example>`)
  for (const part of [
    '123,45 lei',
    'Florăria Ana',
    String(job.payment_id),
    'bank-1',
    'RO49 •••• 0000',
    'Banca Carpați',
    'plangeri@punte.example',
  ]) {
    assert.ok(mail.text?.includes(part), `text: ${part}`)
    assert.ok(mail.html?.includes(part), `html: ${part}`)
  }
  assert.ok(!`${mail.text}${mail.html}${raw}`.includes(REQUEST.creditor_iban))
  assert.match(raw.split('\r\n\r\n')[0] ?? '', /^[\x20-\x7e\r\n\t]*$/, 'headers are ASCII')
  assert.equal(await stateOf(job), 'sent')
})

test('a rejection says why in words', async () => {
  const job = await ended('RJCT', 'AM04 insufficient funds')
  await sendPayerMail(context, job)
  assert.match(received[0]?.mail.text ?? '', /Nu au fost destui bani în cont/)
})

test('after a crash between sending and recording the repetition has the same Message-ID', async () => {
  const job = await ended('ACSC')
  await sendPayerMail(context, job)
  await f.context.db.query({
    text: `delete from payer_mails where payment_id = $1`,
    values: [job.payment_id],
  })
  await sendPayerMail(context, job)
  assert.equal(received.length, 2)
  assert.equal(received[0]?.mail.messageId, received[1]?.mail.messageId)
})

test('a passing refusal is tried again by the queue', async () => {
  const job = await ended('ACSC')
  for (const refuse of [() => (rcpt_reply = 451), () => (data_reply = 451)]) {
    refuse()
    await assert.rejects(sendPayerMail(context, job))
    assert.equal(await stateOf(job), undefined)
    rcpt_reply = data_reply = 250
  }
  await sendPayerMail(context, job)
  assert.equal(received.length, 1)
  assert.equal(await stateOf(job), 'sent')
})

test('an address that does not exist is given up at once, and so is the last attempt', async () => {
  rcpt_reply = 550
  const job = await ended('ACSC')
  await sendPayerMail(context, job)
  assert.equal(await stateOf(job), 'failed')
  rcpt_reply = 250
  await sendPayerMail(context, job)
  assert.equal(received.length, 0)
  rcpt_reply = 451
  const other = await ended('ACSC')
  await assert.rejects(sendPayerMail(context, other, true))
  assert.equal(await stateOf(other), 'failed')
})

test('a status that was overtaken is not told', async () => {
  const job = await ended('ACSP')
  f.bank.status = [says('ACSC')]
  await settle(f.context, { ...job, cause: 'poll' })
  await sendPayerMail(context, job)
  assert.equal(received.length, 0)
})

test('neither address nor IBAN reached a log or an error', async () => {
  rcpt_reply = 451
  const job = await ended('ACSC')
  const error: unknown = await sendPayerMail(context, job).catch((thrown: unknown) => thrown)
  assert.ok(error instanceof Error)
  rcpt_reply = 550
  await sendPayerMail(context, job)
  const told = `${error.stack}${JSON.stringify(error)}${lines.join('')}`
  for (const secret of [REQUEST.psu_email, REQUEST.creditor_iban, 'Florăria']) assert.ok(!told.includes(secret), secret)
})

test('a list that went as one: the mail that overtakes the job of its items tells of what is paid, not of nothing', async () => {
  const sent = async (status: string): Promise<EventKey> => {
    const key = await f.reserved()
    const item = { creditor_name: 'Furnizor', details: 'Factura', amount_minor: 100 }
    const items = [REQUEST.creditor_iban, 'RO74RNCB0000999900000001'].map((creditor_iban) => ({
      ...item,
      creditor_iban,
    }))
    await initiateList(context, { partner: f.partner, payment_id: key.payment_id, request: { items } })
    await submitList(context, {
      payment: (await loadPayment(context, key)) as PaymentRow,
      bank: context.banks.get('carpati') as BankConnector,
      debtor: { debtor_iban: REQUEST.debtor_iban, email: REQUEST.psu_email },
      psu: { ip_address: '127.0.0.1' },
    })
    f.bank.status = [says(status)]
    await settle(context, { ...key, cause: 'poll' })
    return { ...key, event_no: await lastEvent(key) }
  }
  await sendPayerMail(context, await sent('ACSC'))
  assert.match(received[0]?.mail.subject ?? '', /2 din 2 efectuate/)
  assert.doesNotMatch(received[0]?.mail.text ?? '', /neefectuată/)
  const parts = await sent('PART')
  await assert.rejects(sendPayerMail(context, parts), /not known yet/)
  assert.equal(received.length, 1, 'nobody is told of none while the bank has not told of each')
  const numbered = await loadItems(context, parts)
  const transfers = numbered.map(({ payment_id }, n) => ({
    end_to_end_id: `P${parts.partner_id}-${payment_id}-1`,
    status: n === 0 ? 'ACSC' : 'RJCT',
  }))
  f.bank.transfers = [{ kind: 'ok', value: { transfers } }]
  await sendPayerMail(context, parts)
  assert.match(received[1]?.mail.subject ?? '', /1 din 2 efectuate/)
})

test('links to one address: as many as anybody needs, and no more; another address still gets its own', async () => {
  const link = async (psu_email: string): Promise<EventKey> => {
    const key = await f.reserved()
    await f.context.db.query({
      text: 'update payments set is_link = true where payment_id = $1',
      values: [key.payment_id],
    })
    const request = { ...REQUEST, psu_email, send_link: true }
    await initiatePayment(context, { partner: f.partner, payment_id: key.payment_id, request })
    return { ...key, event_no: await lastEvent(key) }
  }
  for (let sent = 0; sent < MOST_LINKS_PER_HOUR; sent += 1) await sendPaymentLink(context, await link('one@exemplu.ro'))
  assert.equal(received.length, MOST_LINKS_PER_HOUR)
  const last = await link('ONE@exemplu.ro')
  await sendPaymentLink(context, last)
  assert.equal(received.length, MOST_LINKS_PER_HOUR)
  assert.equal(await stateOf(last), 'failed')
  assert.ok(!lines.some((line) => /one@exemplu/i.test(line)))
  await sendPaymentLink(context, await link('two@exemplu.ro'))
  assert.equal(received.length, MOST_LINKS_PER_HOUR + 1)
})
