/** The receiving side: SMTP on this machine, without TLS and without login, every recipient accepted. */
import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'
import { errorFacts, log } from '../process/lifecycle.ts'
import type { MailStore } from './store.ts'

export const MAX_MAIL_BYTES = 262_144
const MAX_RECIPIENTS = 50

export type Smtp = { readonly port: number; close(): Promise<void> }

/** A mail is acknowledged after it is in the store's file; one over `MAX_MAIL_BYTES` is refused with 552. */
export async function startSmtp(input: { host: string; port: number; store: MailStore }): Promise<Smtp> {
  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    size: MAX_MAIL_BYTES,
    maxClients: 200,
    socketTimeout: 60_000,
    closeTimeout: 500,
    logger: false,
    onRcptTo: (_address, session, callback) => {
      callback(session.envelope.rcptTo.length >= MAX_RECIPIENTS ? smtpError(452, 'Too many recipients') : null)
    },
    onData: (stream, session, callback) => {
      const chunks: Buffer[] = []
      let length = 0
      stream.on('data', (chunk: Buffer) => {
        length += chunk.length
        if (length <= MAX_MAIL_BYTES) chunks.push(chunk)
      })
      stream.on('end', () => {
        if (length > MAX_MAIL_BYTES) {
          callback(smtpError(552, 'Message exceeds fixed maximum message size'))
          return
        }
        const { mailFrom, rcptTo } = session.envelope
        const from = mailFrom === false ? '' : mailFrom.address
        input.store.add({ from, to: rcptTo.map((recipient) => recipient.address), raw: Buffer.concat(chunks) }).then(
          () => callback(null),
          (error: unknown) => {
            log('mail_not_kept', errorFacts(error))
            callback(smtpError(451, 'Local error, try again later'))
          },
        )
      })
    },
  })
  // A client that hangs up in the middle is its own trouble; without a listener it would end the process.
  server.on('error', (error) => log('smtp_client_failed', errorFacts(error)))
  const listening = await new Promise<AddressInfo>((resolve, reject) => {
    const listener = server.listen(input.port, input.host, () => resolve(listener.address() as AddressInfo))
    listener.once('error', reject)
  })
  return { port: listening.port, close: () => new Promise((resolve) => server.close(() => resolve())) }
}

function smtpError(code: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode: code })
}
