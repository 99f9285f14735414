/**
 * The card API as a stranger meets it: nothing of ours in between. One request, told as the seed tells it (dotted fields),
 * is sent as REST (JSON under a path) or as NVP (a form), and the answer is read back into dotted fields, so that one
 * scenario runs in both. gateway.ts speaks, world.ts boots, seed.ts has the seed's own scenarios, bad-input.ts the rest.
 */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { Agent, request } from 'node:https'
import { text } from 'node:stream/consumers'

/** HTTP status of an operation that was carried out: REST says created, NVP has one for all. */
export const CARRIED_OUT = { REST: 201, NVP: 200 } as const

export const SPEECHES = ['REST', 'NVP'] as const
export type Speech = (typeof SPEECHES)[number]

/** `sourceOfFunds.type` → `CARD`. */
export type Fields = Readonly<Record<string, string | number | boolean>>

export type Account = { readonly id: string; readonly password: string }

export type Answer = {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly text: string
  /** By dotted name, as text. */
  readonly fields: ReadonlyMap<string, string>
  at(field: string): string | undefined
}

export type Raw = {
  readonly method?: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Buffer
}

const VERSION = 100
const TIMEOUT_MS = 120_000

/** How an operation is asked for in REST: by method and path, whose ids are the fields of these names. */
const REST: Readonly<Record<string, readonly [method: string, path: string]>> = {
  RETRIEVE_ORDER: ['GET', '/order/{order.id}'],
  RETRIEVE_TRANSACTION: ['GET', '/order/{order.id}/transaction/{transaction.id}'],
  CREATE_SESSION: ['POST', '/session'],
  UPDATE_SESSION: ['PUT', '/session/{session.id}'],
  RETRIEVE_SESSION: ['GET', '/session/{session.id}'],
  TOKENIZE: ['POST', '/token'],
  RETRIEVE_TOKEN: ['GET', '/token/{sourceOfFunds.token}'],
  DELETE_TOKEN: ['DELETE', '/token/{sourceOfFunds.token}'],
  RETRIEVE_AGREEMENT: ['GET', '/agreement/{agreement.id}'],
  PAYMENT_OPTIONS_INQUIRY: ['POST', '/paymentOptionsInquiry'],
}
const TRANSACTION = ['PUT', '/order/{order.id}/transaction/{transaction.id}'] as const

export type Gateway = ReturnType<typeof gatewayAt>

export function gatewayAt(url: string, ca: Buffer, connections = 8) {
  const agent = new Agent({ keepAlive: true, maxSockets: connections, ca })

  async function raw({ method = 'PUT', path, headers = {}, body }: Raw): Promise<Answer> {
    const sent = request(url + path, { method, headers, agent, timeout: TIMEOUT_MS })
    sent.on('timeout', () => sent.destroy(new Error('no answer in time')))
    sent.end(body)
    const [response] = (await once(sent, 'response')) as [IncomingMessage]
    const said = await text(response)
    const fields = fieldsOf(said, response.headers['content-type'] ?? '')
    return {
      status: response.statusCode ?? 0,
      headers: response.headers,
      text: said,
      fields,
      at: (name) => fields.get(name),
    }
  }

  function rest(as: Account, operation: string, fields: Fields): Promise<Answer> {
    const [method, template] = REST[operation] ?? TRANSACTION
    const body: Record<string, string | number | boolean> = { ...fields }
    const path = template.replace(/\{([^}]+)\}/g, (_, name: string) => {
      const value = String(body[name])
      delete body[name]
      return encodeURIComponent(value)
    })
    if (REST[operation] === undefined) body.apiOperation = operation
    const bodyless = method === 'GET' || method === 'DELETE'
    return raw({
      method,
      path: `/api/rest/version/${VERSION}/merchant/${as.id}${path}`,
      headers: { authorization: basic(as), 'content-type': 'application/json' },
      ...(!bodyless && { body: JSON.stringify(nest(body)) }),
    })
  }

  function nvp(as: Account, operation: string, fields: Fields): Promise<Answer> {
    const form = new URLSearchParams({
      merchant: as.id,
      apiUsername: `merchant.${as.id}`,
      apiPassword: as.password,
      apiOperation: operation,
    })
    for (const [name, value] of Object.entries(fields)) form.set(name, String(value))
    return raw({
      method: 'POST',
      path: `/api/nvp/version/${VERSION}`,
      headers: { 'content-type': 'application/x-www-form-urlencoded; charset=UTF-8' },
      body: form.toString(),
    })
  }

  return {
    raw,
    ask: (speech: Speech, as: Account, operation: string, fields: Fields = {}) =>
      (speech === 'REST' ? rest : nvp)(as, operation, fields),
    close: () => agent.destroy(),
  }
}

export const basic = ({ id, password }: Account): string =>
  `Basic ${Buffer.from(`merchant.${id}:${password}`).toString('base64')}`

/** `{'a.b': 1}` → `{a: {b: 1}}`. */
export function nest(fields: Fields): Record<string, unknown> {
  // Without a prototype: the name of one is a name like any other here.
  const whole: Record<string, unknown> = Object.create(null)
  for (const [name, value] of Object.entries(fields)) {
    const path = name.split('.')
    const leaf = path.pop() as string
    let at = whole
    for (const step of path) {
      at[step] ??= Object.create(null)
      at = at[step] as Record<string, unknown>
    }
    at[leaf] = value
  }
  return whole
}

function fieldsOf(said: string, type: string): Map<string, string> {
  const fields = new Map<string, string>()
  const walk = (value: unknown, name: string): void => {
    if (Array.isArray(value)) for (const [index, one] of value.entries()) walk(one, `${name}[${index}]`)
    else if (typeof value === 'object' && value !== null)
      for (const [key, one] of Object.entries(value)) walk(one, name === '' ? key : `${name}.${key}`)
    else fields.set(name, String(value))
  }
  if (type.startsWith('application/json')) walk(JSON.parse(said), '')
  else for (const [name, value] of new URLSearchParams(said)) fields.set(name, value)
  return fields
}

type Refusal = {
  readonly status?: number
  readonly cause?: string
  readonly field?: string | undefined
  readonly type?: string | undefined
  readonly says?: RegExp
}

/** A refusal in the API's own shape. What is not named must be absent, but `says`. */
export function assertRefused(answer: Answer, expected: Refusal, about = ''): void {
  const { status = 400, cause = 'INVALID_REQUEST', field, type, says } = expected
  assert.deepEqual(
    {
      status: answer.status,
      result: answer.at('result'),
      cause: answer.at('error.cause'),
      field: answer.at('error.field'),
      type: answer.at('error.validationType'),
    },
    { status, result: 'ERROR', cause, field, type },
    `${about} ${answer.text.slice(0, 400)}`,
  )
  if (says !== undefined) assert.match(answer.at('error.explanation') ?? '', says, about)
  assert.doesNotMatch(answer.text, /<html|node_modules|\.ts:\d+|select .* from/i)
}

/** What an answer must say, field by field; undefined: the field must be absent. Amounts are compared as numbers. */
export function assertSays(answer: Answer, expected: Readonly<Record<string, string | number | undefined>>): void {
  const said = Object.fromEntries(
    Object.entries(expected).map(([name, value]) => {
      const got = answer.at(name)
      return [name, typeof value === 'number' && got !== undefined ? Number(got) : got]
    }),
  )
  assert.deepEqual(said, expected, `HTTP ${answer.status} ${answer.text.slice(0, 600)}`)
}
