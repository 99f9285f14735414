/**
 * The mailbox of the sandbox: takes every mail sent to it over SMTP, keeps it, shows it. Mails are kept as received and parsed
 * when somebody reads them: a load test sends hundreds a second and reads few.
 */
import { join } from 'node:path'
import PostalMime, { type Attachment } from 'postal-mime'
import { openJournal } from '../process/journal.ts'
import { errorFacts, log } from '../process/lifecycle.ts'

type Kept = {
  readonly id: number
  readonly at: string
  readonly from: string
  readonly to: readonly string[]
  readonly raw: string
}

/** A mail as `GET /messages` tells it. */
export type Message = {
  readonly id: number
  readonly at: string
  /** Envelope addresses. */
  readonly from: string
  readonly to: readonly string[]
  readonly subject: string
  readonly text: string
  readonly html: string
  /** What the HTML shows as `cid:…`, by that name, as a `data:` address. */
  readonly pictures: Readonly<Record<string, string>>
  /** By lower-case name; of repeated headers the last. */
  readonly headers: Readonly<Record<string, string>>
}

export type MailStore = {
  /** Resolves when the mail is in the file. */
  add(mail: { from: string; to: readonly string[]; raw: Buffer }): Promise<void>
  /** Newest first. */
  list(filter: { to?: string | undefined; since?: Date | undefined; limit: number }): Promise<readonly Message[]>
  get(id: number): Promise<Message | undefined>
  readonly size: number
  /** All ever received, dropped ones too. */
  readonly received: number
  clear(): Promise<void>
  close(): Promise<void>
}

export async function openMailStore(data_dir: string, max_mails: number): Promise<MailStore> {
  const mails = new Map<number, Kept>()
  const parsed = new WeakMap<Kept, Promise<Message>>()
  let last_id = 0
  let compacting = false
  const keep = (mail: Kept): void => {
    mails.set(mail.id, mail)
    last_id = Math.max(last_id, mail.id)
    if (mails.size > max_mails) mails.delete(mails.keys().next().value ?? 0)
  }
  const journal = await openJournal<Kept>(join(data_dir, 'mails.jsonl'), keep)
  const compact = (): Promise<void> => journal.rewrite(mails.values())
  if (journal.count > mails.size) await compact()
  const read = (mail: Kept): Promise<Message> => {
    let message = parsed.get(mail)
    if (message === undefined) {
      message = parse(mail)
      parsed.set(mail, message)
    }
    return message
  }

  return {
    add: async ({ from, to, raw }) => {
      const mail = { id: last_id + 1, at: new Date().toISOString(), from, to: [...to], raw: raw.toString('base64') }
      keep(mail)
      await journal.append(mail)
      // The file holds at most three times what is kept.
      if (journal.count > 3 * max_mails && !compacting) {
        compacting = true
        compact()
          .catch((error: unknown) => log('compaction_failed', errorFacts(error)))
          .finally(() => {
            compacting = false
          })
      }
    },
    list: ({ to, since, limit }) => {
      const wanted = to?.toLowerCase()
      const found: Kept[] = []
      for (const mail of [...mails.values()].reverse()) {
        if (found.length >= limit) break
        if (wanted !== undefined && !mail.to.some((address) => address.toLowerCase() === wanted)) continue
        if (since !== undefined && Date.parse(mail.at) < since.getTime()) break
        found.push(mail)
      }
      return Promise.all(found.map(read))
    },
    get: async (id) => {
      const mail = mails.get(id)
      return mail === undefined ? undefined : read(mail)
    },
    get size() {
      return mails.size
    },
    get received() {
      return last_id
    },
    clear: async () => {
      mails.clear()
      await compact()
    },
    close: journal.close,
  }
}

const MAX_PICTURE_BYTES = 65_536

function picturesOf(attachments: readonly Attachment[]): Record<string, string> {
  const pictures = attachments.flatMap(({ contentId, mimeType, content }) => {
    const bytes = Buffer.from(content as string)
    if (contentId === undefined || !/^image\/[a-z+]+$/.test(mimeType) || bytes.length > MAX_PICTURE_BYTES) return []
    return [[contentId.replace(/^<|>$/g, ''), `data:${mimeType};base64,${bytes.toString('base64')}`] as const]
  })
  return Object.fromEntries(pictures)
}

async function parse(mail: Kept): Promise<Message> {
  const { id, at, from, to } = mail
  try {
    const email = await PostalMime.parse(Buffer.from(mail.raw, 'base64'), {
      maxNestingDepth: 20,
      maxHeadersSize: 65_536,
    })
    const headers = Object.fromEntries(email.headers.map((header) => [header.key, header.value]))
    const { subject = '', text = '', html = '', attachments } = email
    return { id, at, from, to, subject, text, html, pictures: picturesOf(attachments), headers }
  } catch (error) {
    log('mail_unreadable', { id, ...errorFacts(error) })
    return { id, at, from, to, subject: '(mesaj ilizibil)', text: '', html: '', pictures: {}, headers: {} }
  }
}
