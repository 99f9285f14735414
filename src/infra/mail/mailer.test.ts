import assert from 'node:assert/strict'
import { type AddressInfo, createServer, type Socket } from 'node:net'
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

/** A server of one's own words: takes mails, but lets go of the connection where it is told to. */
async function fickleServer() {
  const seen = { whole: 0, connections: 0 }
  const state: { lets_go: 'before_sender' | 'after_message' | undefined } = { lets_go: undefined }
  const open = new Set<Socket>()
  const sockets = createServer((socket) => {
    seen.connections += 1
    open.add(socket)
    let is_message = false
    const letGo = () => {
      state.lets_go = undefined
      socket.resetAndDestroy()
    }
    const answers = (line: string): string => {
      if (line === 'DATA') {
        is_message = true
        return '354 go on'
      }
      return line.startsWith('EHLO') ? '250 fickle' : '250 ok'
    }
    socket.on('error', () => {})
    socket.on('close', () => open.delete(socket))
    socket.write('220 fickle\r\n')
    let text = ''
    socket.on('data', (chunk) => {
      text += chunk.toString()
      for (;;) {
        const end = text.indexOf(is_message ? '\r\n.\r\n' : '\r\n')
        if (end === -1) return
        const line = text.slice(0, end)
        text = text.slice(end + (is_message ? 5 : 2))
        if (is_message) {
          is_message = false
          seen.whole += 1
          if (state.lets_go === 'after_message') return letGo()
          socket.write('250 taken\r\n')
        } else {
          if (line.startsWith('MAIL') && state.lets_go === 'before_sender') return letGo()
          socket.write(`${answers(line)}\r\n`)
        }
      }
    })
  })
  await new Promise<void>((resolve) => sockets.listen(0, '127.0.0.1', resolve))
  const close = () => {
    for (const socket of open) socket.destroy()
    return new Promise<void>((resolve) => sockets.close(() => resolve()))
  }
  return { seen, state, url: `smtp://127.0.0.1:${(sockets.address() as AddressInfo).port}`, close }
}

test('a connection that is lost: what it took nothing of goes by another, once; what may have arrived is told, and is not sent again by itself', async () => {
  const fickle = await fickleServer()
  const own = createMailer({ url: fickle.url, from: 'plati@punte.example', log: createLog('silent') })
  const send = (id: string) => own.send({ ...mail, to: 'ion@exemplu.ro', message_id: `${id}@punte.example` })
  try {
    await send('p-1')
    fickle.state.lets_go = 'before_sender'
    await send('p-2')
    assert.deepEqual(fickle.seen, { whole: 2, connections: 2 })
    fickle.state.lets_go = 'after_message'
    await assert.rejects(send('p-3'), (error: unknown) => error instanceof MailError && !error.permanent)
    assert.equal(fickle.seen.whole, 3)
    await send('p-4')
    assert.equal(fickle.seen.whole, 4)
  } finally {
    await own.close()
    await fickle.close()
  }
  await assert.rejects(send('p-5'), MailError, 'after its end it says so, and hangs nobody')
})
