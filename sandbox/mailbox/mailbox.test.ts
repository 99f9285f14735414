import assert from 'node:assert/strict'
import { appendFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import nodemailer from 'nodemailer'
import { configReader } from '../process/config.ts'
import type { Running } from '../process/lifecycle.ts'
import { startMailbox } from './mailbox.ts'
import { openMailStore } from './store.ts'

describe('mailbox', () => {
  let data_dir: string
  let mailbox: Running
  const start = () =>
    startMailbox(configReader({ smtp: { host: '127.0.0.1', port: 0 }, http: { host: '127.0.0.1', port: 0 }, data_dir }))
  const at = (path: string) => `${mailbox.facts.url}${path}`
  const messages = async (query = '') =>
    (await fetch(at(`/messages${query}`))).json() as Promise<Record<string, unknown>[]>
  const send = async (mails: object[], options: object = {}) => {
    const mailer = nodemailer.createTransport({
      host: '127.0.0.1',
      port: Number(mailbox.facts.smtp_port),
      pool: true,
      maxMessages: 1e6,
      ...options,
    })
    await Promise.all(
      mails.map((mail) => mailer.sendMail({ from: 'plati@punte.example', to: 'ana@example.ro', ...mail })),
    ).finally(() => mailer.close())
  }

  before(async () => {
    data_dir = await mkdtemp(join(tmpdir(), 'punte-mailbox-'))
    mailbox = await start()
  })
  after(async () => {
    await mailbox.close()
    await rm(data_dir, { recursive: true })
  })

  it('keeps mails with diacritics, text, HTML and headers, and shows them', async () => {
    await send([
      {
        subject: 'Plată reușită: 149,00 lei',
        text: 'Mulțumim!',
        html: '<p>Mulțumim!</p>',
        messageId: '<m-1@punte.example>',
      },
    ])
    const [message] = await messages('?to=ANA@example.ro')
    assert.equal(message?.subject, 'Plată reușită: 149,00 lei')
    assert.equal(String(message?.text).trim(), 'Mulțumim!')
    assert.equal(String(message?.html).trim(), '<p>Mulțumim!</p>')
    assert.deepEqual(message?.to, ['ana@example.ro'])
    assert.equal((message?.headers as Record<string, string> | undefined)?.['message-id'], '<m-1@punte.example>')
    assert.match(await (await fetch(at('/'))).text(), /Plată reușită: 149,00 lei/)
    assert.deepEqual(await messages('?to=other@example.ro'), [])
    assert.deepEqual(await messages(`?since=${new Date(Date.now() + 60_000).toISOString()}`), [])
    assert.equal((await fetch(at('/messages?limit=0'))).status, 400)
  })

  it('shows the HTML of a mail in a frame where it can do nothing', async () => {
    await send([{ subject: '<script>alert(1)</script>', html: '<script>alert("x")</script><b>bună</b>' }])
    const [message] = await messages('?limit=1')
    const response = await fetch(at(`/mail/${message?.id}`))
    const page = await response.text()
    assert.doesNotMatch(page, /<script/)
    assert.match(
      page,
      /<iframe title="Mesajul" sandbox="allow-popups allow-popups-to-escape-sandbox" srcdoc="[^"<]*&#60;script/,
    )
    assert.match(response.headers.get('content-security-policy') ?? '', /^default-src 'none';/)
  })

  it('shows the pictures that a mail brings with it', async () => {
    const content = Buffer.from('picture')
    const attachments = [{ filename: 'qr.png', contentType: 'image/png', cid: 'qr@punte.example', content }]
    await send([{ subject: 'qr', html: '<img src="cid:qr@punte.example"><img src="cid:none">', attachments }])
    const [message] = await messages('?limit=1')
    const page = await (await fetch(at(`/mail/${message?.id}`))).text()
    assert.ok(page.includes(`src=&#34;data:image/png;base64,${content.toString('base64')}&#34;`))
    assert.ok(page.includes('cid:none'))
  })

  it('refuses a mail over the limit and goes on', async () => {
    await assert.rejects(send([{ text: 'x'.repeat(300_000) }]), /maximum/i)
    await send([{ subject: 'după' }])
    assert.equal((await messages('?limit=1'))[0]?.subject, 'după')
  })

  it('takes hundreds of mails, and has them after a restart', async () => {
    await send(Array.from({ length: 300 }, (_, n) => ({ to: 'many@example.ro', subject: `nr ${n}`, text: 'x' })))
    assert.equal((await messages('?to=many@example.ro&limit=1000')).length, 300)
    await mailbox.close()
    mailbox = await start()
    assert.equal((await messages('?to=many@example.ro&limit=1000')).length, 300)
    assert.equal((await messages('?limit=5')).length, 5)
  })

  it('forgets on DELETE', async () => {
    assert.equal((await fetch(at('/messages'), { method: 'DELETE' })).status, 200)
    assert.deepEqual(await messages(), [])
    await send([{ subject: 'nou' }])
    assert.equal((await messages()).length, 1)
  })

  it('drops the oldest over its limit and cuts off a torn line', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'punte-mails-'))
    const raw = Buffer.from('Subject: x\r\n\r\ny')
    const first = await openMailStore(dir, 10)
    for (let n = 0; n < 45; n += 1) await first.add({ from: 'a@b', to: [`n${n}@b`], raw })
    assert.deepEqual([first.size, first.received], [10, 45])
    await first.close()
    await appendFile(join(dir, 'mails.jsonl'), '{"id":46,"at":"20')
    const second = await openMailStore(dir, 10)
    assert.deepEqual([second.size, second.received], [10, 45])
    await second.add({ from: 'a@b', to: ['last@b'], raw })
    assert.deepEqual(
      (await second.list({ limit: 2 })).map((mail) => [mail.id, mail.to[0]]),
      [
        [46, 'last@b'],
        [45, 'n44@b'],
      ],
    )
    await second.close()
    await rm(dir, { recursive: true })
  })
})
