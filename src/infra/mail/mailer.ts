/**
 * Sends mail over SMTP by a small pool of kept connections. The address, the text and the server's words about them
 * never reach an error: those say a code only.
 */
import { createTransport } from 'nodemailer'
import type { Log } from '../log.ts'

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

  return {
    async send(mail) {
      try {
        await transport.sendMail({
          from: options.from,
          // As an object it is one address, whatever commas it holds.
          to: { name: '', address: mail.to },
          subject: mail.subject,
          text: mail.text,
          html: mail.html,
          ...(mail.picture !== undefined && { attachments: [attachmentOf(mail.picture)] }),
          ...(mail.message_id === undefined ? {} : { messageId: `<${mail.message_id}>` }),
        })
      } catch (error) {
        throw new MailError(codeOf(error), isPermanent(error))
      }
    },
    async close() {
      transport.close()
    },
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
