/** The mailbox put together: SMTP in, pages and JSON out. */
import { readFileSync } from 'node:fs'
import type { ConfigReader } from '../process/config.ts'
import { type Asked, HttpError, html, json, type Route, startWebServer } from '../process/http.ts'
import type { Running } from '../process/lifecycle.ts'
import { errorPage, listPage, MAILBOX_POLICY, mailPage } from './pages.ts'
import { startSmtp } from './smtp.ts'
import { type MailStore, openMailStore } from './store.ts'

const MAX_MAILS = 5000
const DEFAULT_LIMIT = 200

/**
 * Starts by `{smtp: {host, port}, http: {host, port, url?}, data_dir}`. Facts: `url`, `messages_url`, `smtp_port`.
 */
export async function startMailbox(config: ConfigReader): Promise<Running> {
  const smtp_at = { host: config.text('smtp.host', '127.0.0.1'), port: config.port('smtp.port') }
  const http_at = {
    host: config.text('http.host', '127.0.0.1'),
    port: config.port('http.port'),
    url: config.optionalText('http.url'),
  }
  const data_dir = config.text('data_dir')
  config.done()
  const store = await openMailStore(data_dir, MAX_MAILS)
  const smtp = await startSmtp({ ...smtp_at, store })
  const routes = mailboxRoutes(store)
  const web = await startWebServer({
    ...http_at,
    routes,
    renderError: errorPage,
    content_security_policy: MAILBOX_POLICY,
  })
  return {
    facts: { name: 'mailbox', url: web.url, messages_url: `${web.url}/messages`, smtp_port: smtp.port },
    close: async () => {
      await Promise.all([web.close(), smtp.close()])
      await store.close()
    },
  }
}

function mailboxRoutes(store: MailStore): readonly Route[] {
  const style = readFileSync(new URL('./style.css', import.meta.url), 'utf8')
  return [
    {
      method: 'GET',
      path: '/',
      handle: async ({ query }) => {
        const to = query.get('to')?.trim() ?? ''
        const messages = await store.list({ to: to === '' ? undefined : to, limit: DEFAULT_LIMIT })
        return html(listPage(messages, { size: store.size, to }))
      },
    },
    {
      method: 'GET',
      path: '/style.css',
      handle: () => ({ status: 200, headers: { 'content-type': 'text/css' }, body: style }),
    },
    { method: 'GET', path: '/mail/:id', handle: async (asked) => html(mailPage(await one(store, asked))) },
    { method: 'GET', path: '/messages', handle: async ({ query }) => json(await store.list(filterOf(query))) },
    { method: 'GET', path: '/messages/:id', handle: async (asked) => json(await one(store, asked)) },
    {
      method: 'DELETE',
      path: '/messages',
      handle: async () => {
        await store.clear()
        return json({ cleared: true })
      },
    },
    { method: 'GET', path: '/count.json', handle: () => json({ kept: store.size, received: store.received }) },
  ]
}

async function one(store: MailStore, { params }: Asked) {
  const message = await store.get(Number(params.id))
  if (message === undefined) throw new HttpError(404, 'Mesajul nu există.')
  return message
}

function filterOf(query: URLSearchParams) {
  const limit = Number(query.get('limit') ?? DEFAULT_LIMIT)
  const since_text = query.get('since')
  const since = since_text === null ? undefined : new Date(since_text)
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_MAILS) throw new HttpError(400, `limit: 1 to ${MAX_MAILS}`)
  if (since !== undefined && Number.isNaN(since.getTime())) throw new HttpError(400, 'since: an ISO time')
  return { to: query.get('to') ?? undefined, since, limit }
}
