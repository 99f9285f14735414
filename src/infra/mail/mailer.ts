/**
 * Sends mail over SMTP by a small pool of kept connections. The address, the text and the server's words about them
 * never reach an error: those say a code only.
 */
import { createTransport } from 'nodemailer'
import MimeNode from 'nodemailer/lib/mime-node'
import { systemClock } from '../clock.ts'
import type { Log } from '../log.ts'
import { composeMessage, isPlainAddress } from './message.ts'

const MAX_CONNECTIONS = 4
const MAX_MESSAGES_PER_CONNECTION = 500
const TIMEOUT_MS = 10_000

export type Mail = {
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly html: string
  /** Message-ID without angle brackets; the same for every repetition, so that a mailbox shows one mail. */
  readonly message_id?: string
  /** Shown where the HTML says `cid:…`. */
  readonly picture?: { readonly content_id: string; readonly name: string; readonly png: Buffer }
}

export type Mailer = {
  /** Resolves when the server has accepted the mail. @throws MailError */
  send(mail: Mail): Promise<void>
  close(): Promise<void>
}

/** The mail was not accepted. `permanent`: this mail never will be (SMTP 5xx about it), so repeating is of no use. */
export class MailError extends Error {
  readonly permanent: boolean
  constructor(code: string, permanent: boolean) {
    super(`the mail was not accepted: ${code}`)
    this.name = 'MailError'
    this.permanent = permanent
  }
}

/**
 * @param options.url `smtp://user:password@host:port` (STARTTLS where offered; `?requireTLS=true` to insist) or
 *   `smtps://…` (TLS from the start)
 */
export function createMailer(options: { readonly url: string; readonly from: string; readonly log: Log }): Mailer {
  const transport = createTransport({
    url: options.url,
    pool: true,
    maxConnections: MAX_CONNECTIONS,
    maxMessages: MAX_MESSAGES_PER_CONNECTION,
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
    dnsTimeout: TIMEOUT_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  // Without a listener an idle connection that the server closes would end the process.
  transport.on('error', (error) => options.log.warn({ smtp: codeOf(error) }, 'mail connection failed'))

  const sender = senderOf(options.from)
  return {
    async send(mail) {
      try {
        await transport.sendMail(composed(mail, sender) ?? uncomposed(mail, options.from))
      } catch (error) {
        throw new MailError(codeOf(error), isPermanent(error))
      }
    },
    async close() {
      transport.close()
    },
  }
}

type Sender = { readonly header: string; readonly address: string }

/** The sender as headers say it, by the library, which knows how names are encoded; undefined where it is not one address. */
function senderOf(from: string): Sender | undefined {
  const node = new MimeNode('text/plain')
  node.setHeader('From', from)
  const { from: address } = node.getEnvelope()
  const header = /^From: (.*(?:\r\n[ \t].*)*)$/m.exec(node.buildHeaders())?.[1]
  return typeof address === 'string' && isPlainAddress(address) && header !== undefined
    ? { header, address }
    : undefined
}

/** Everyday mail; undefined where the library must see to it: a picture, an address that needs encoding. */
function composed({ to, message_id, picture, subject, text, html }: Mail, sender: Sender | undefined) {
  const is_plain = picture === undefined && isPlainAddress(to) && /^[\x21-\x3b\x3d\x3f-\x7e]+$/.test(message_id ?? '')
  if (sender === undefined || message_id === undefined || !is_plain) return undefined
  const message = { from: sender.header, to, subject, text, html, message_id, at: systemClock.now() }
  return { envelope: { from: sender.address, to }, raw: composeMessage(message) }
}

function uncomposed(mail: Mail, from: string) {
  return {
    from,
    // As an object it is one address, whatever commas it holds.
    to: { name: '', address: mail.to },
    subject: mail.subject,
    text: mail.text,
    html: mail.html,
    ...(mail.picture !== undefined && { attachments: [attachmentOf(mail.picture)] }),
    ...(mail.message_id === undefined ? {} : { messageId: `<${mail.message_id}>` }),
  }
}

function attachmentOf({ content_id, name, png }: NonNullable<Mail['picture']>) {
  return {
    cid: content_id,
    filename: name,
    content: png,
    contentType: 'image/png',
    contentDisposition: 'inline' as const,
  }
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'ERROR'
  const code = 'code' in error && typeof error.code === 'string' ? error.code : 'ERROR'
  const response = 'responseCode' in error && typeof error.responseCode === 'number' ? ` ${error.responseCode}` : ''
  return `${code}${response}`
}

/** 5xx to the envelope or the message; not to the login, which the operator will repair. */
function isPermanent(error: unknown): boolean {
  if (!(error instanceof Error) || !('responseCode' in error) || typeof error.responseCode !== 'number') return false
  const about_mail = 'code' in error && (error.code === 'EENVELOPE' || error.code === 'EMESSAGE')
  return about_mail && error.responseCode >= 500 && error.responseCode < 600
}
