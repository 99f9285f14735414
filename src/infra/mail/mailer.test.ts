import assert from 'node:assert/strict'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import { SMTPServer } from 'smtp-server'
import { createLog } from '../log.ts'
import { createMailer, MailError } from './mailer.ts'

const received: { to: string[]; raw: string }[] = []
let connections = 0
const server = new SMTPServer({
  disabledCommands: ['STARTTLS', 'AUTH'],
  onConnect: (_session, done) => {
    connections += 1
    done()
  },
  onRcptTo: ({ address }, _session, done) =>
    address.startsWith('nobody') ? done(Object.assign(new Error(`no ${address}`), { responseCode: 550 })) : done(),
  onData: (stream, session, done) => {
    let raw = ''
    stream.on('data', (chunk: Buffer) => {
      raw += chunk.toString()
    })
    stream.on('end', () => {
      received.push({ to: session.envelope.rcptTo.map(({ address }) => address), raw })
      done()
    })
  },
})
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
const port = (server.server.address() as AddressInfo).port
const mailer = createMailer({
  url: `smtp://127.0.0.1:${port}`,
  from: 'Punte <plati@punte.example>',
  log: createLog('silent'),
})
const mail = { subject: 'Plată reușită', text: 'Ați plătit 12,50 RON', html: '<p>Ați plătit 12,50 RON</p>' }

after(async () => {
  await mailer.close()
  await new Promise<void>((resolve) => server.close(() => resolve()))
})

test('mails arrive whole, over kept connections', async () => {
  await mailer.send({ ...mail, to: 'ion@exemplu.ro', message_id: 'p-1.acsc@punte.example' })
  const [first] = received
  assert.deepEqual(first?.to, ['ion@exemplu.ro'])
  assert.match(first?.raw ?? '', /Message-ID: <p-1\.acsc@punte\.example>/i)
  assert.match(first?.raw ?? '', /multipart\/alternative/)
  await Promise.all(Array.from({ length: 20 }, (_, i) => mailer.send({ ...mail, to: `ion${i}@exemplu.ro` })))
  assert.equal(received.length, 21)
  assert.ok(connections <= 4, `${connections} connections`)
})

test('one mail goes to one address, whatever the address holds', async () => {
  received.length = 0
  await mailer.send({ ...mail, to: 'ion@exemplu.ro, ana@exemplu.ro' }).catch(() => {})
  assert.ok(received.every(({ to }) => to.length <= 1))
  await mailer.send({ ...mail, to: 'ion@exemplu.ro\r\nBcc: ana@exemplu.ro' }).catch(() => {})
  assert.ok(received.every(({ to }) => to.length <= 1 && !to.includes('ana@exemplu.ro')))
})

test('a refusal says a code, whether repeating helps, and no address', async () => {
  await assert.rejects(mailer.send({ ...mail, to: 'nobody@exemplu.ro' }), (error: unknown) => {
    assert.ok(error instanceof MailError)
    assert.equal(error.permanent, true)
    assert.match(error.message, /EENVELOPE 550/)
    assert.doesNotMatch(JSON.stringify([error.message, error.stack, error.cause]), /nobody/)
    return true
  })
  const unreachable = createMailer({ url: 'smtp://127.0.0.1:1', from: 'a@b.example', log: createLog('silent') })
  await assert.rejects(unreachable.send({ ...mail, to: 'ion@exemplu.ro' }), (error: unknown) => {
    assert.ok(error instanceof MailError)
    assert.deepEqual([error.permanent, error.message], [false, 'the mail was not accepted: ESOCKET'])
    return true
  })
  await unreachable.close()
})
