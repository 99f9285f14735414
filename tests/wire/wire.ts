/** What the sections of this chapter share: a world, an own authority made by openssl, and a partner registered with it. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { partiesOf } from '../world/parties.ts'
import { punteIn } from '../world/punte.ts'
import { bootWorld, type TestWorld, until } from '../world/world.ts'
import { type Answer, type Call, type Curl, curlOf, openssl, type Pair } from './curl.ts'

export const TOKEN = '/gateway/authenticate/rest/api/token'
export const REFRESH = '/gateway/authenticate/rest/api/refreshToken'
export const INIT = '/gateway/core/rest/api/initPayment/'
export const STATUS = '/gateway/core/rest/api/status/'
export const CREDITOR_IBAN = 'RO09PORL7789778256833565'
export const REDIRECT_URL = 'http://localhost:9/sarma/plati'
/** Short enough to see one expire, long enough for the calls of a test on a busy machine. */
export const TOKEN_SECONDS = 60

/** Registered by command, with certificates that openssl made. */
const CLIENT_ID = 'sarma-openssl'
export const RATED_CLIENT_ID = 'sarma-limitata'
const SUBJECT = '/O=Sarma SRL/CN=sarma.example'

export type Received = { readonly headers: IncomingHttpHeaders; readonly body: string }
export type Tokens = { readonly access_token: string; readonly refresh_token: string; readonly paymentId: number }
export type Wire = Awaited<ReturnType<typeof bootWire>>

export async function bootWire() {
  const ssl = openssl()
  const webhooks = await listen()
  const env = { PUNTE_ACCESS_TOKEN_SECONDS: String(TOKEN_SECONDS) }
  const end = () => {
    webhooks.server.close()
    webhooks.server.closeAllConnections()
    ssl.remove()
  }
  const made = makeCertificates(ssl).then(async (certificates) => {
    return { certificates, world: await bootWorld({ settle_ms: 0, env }) }
  })
  const { certificates, world } = await made.catch((error: unknown) => {
    end()
    throw error
  })
  const parties = partiesOf(world)
  const curl = curlOf(world)
  const { good } = certificates
  try {
    await register(world, ssl, webhooks.url)
    // A partner's authority is learnt without a restart, within seconds.
    await until('the new partner', async () => (await tokenCall(curl, { as: good })).status === 200)
  } catch (error) {
    end()
    await parties.close()
    await world.remove()
    throw error
  }
  return {
    world,
    parties,
    curl,
    ssl,
    certificates,
    webhooks,
    client_id: CLIENT_ID,
    /** A payment of the openssl partner's. */
    newTokens: async (as: Pair = good, client_id = CLIENT_ID): Promise<Tokens> => {
      const answer = await tokenCall(curl, { as }, client_id)
      assert.equal(answer.status, 200, answer.text)
      return answer.json.result as Tokens
    },
    init: (tokens: Tokens, json: unknown, call: Call = {}): Promise<Answer> =>
      curl(INIT + tokens.paymentId, { as: good, token: tokens.access_token, json, ...call }),
    status: (tokens: Tokens, call: Call = {}): Promise<Answer> =>
      curl(STATUS + tokens.paymentId, { as: good, token: tokens.access_token, ...call }),
    partner: (client_id: string): Pair => {
      const found = world.facts.partners.find((one) => one.client_id === client_id)
      assert.ok(found !== undefined)
      return found
    },
    async close() {
      end()
      await parties.close()
      await world.finish()
    },
  }
}

export const tokenCall = (curl: Curl, call: Call, client_id = CLIENT_ID): Promise<Answer> =>
  curl(TOKEN, { ...call, args: ['--data', `client_id=${client_id}`] })

/** A request that is right in every field. */
export const payment = (changes: Readonly<Record<string, unknown>> = {}) => ({
  creditorName: 'Sârma SRL',
  creditorIban: CREDITOR_IBAN,
  amount: 12.5,
  details: 'Comanda de sârmă 7',
  psuIntermediarId: 'client-7',
  redirectURL: REDIRECT_URL,
  ...changes,
})

async function makeCertificates(ssl: ReturnType<typeof openssl>) {
  const authority = '/O=Sarma SRL/CN=Sarma Root CA'
  await Promise.all([ssl.authority('own', authority), ssl.authority('false', authority)])
  const good = await ssl.client('good', 'own', SUBJECT)
  const twin = await ssl.client('twin', 'own', SUBJECT)
  const revoked = await ssl.client('revoked', 'own', SUBJECT)
  const expired = await ssl.client('expired', 'own', SUBJECT, '200101000000Z', '210101000000Z')
  const future = await ssl.client('future', 'own', SUBJECT, '450101000000Z', '460101000000Z')
  const stranger = await ssl.client('stranger', 'own', '/O=Altcineva SRL/CN=sarma.example')
  const forged = await ssl.client('forged', 'false', SUBJECT)
  await ssl.revoke('own', 'revoked')
  return { good, twin, revoked, expired, future, stranger, forged }
}

async function register(world: TestWorld, ssl: ReturnType<typeof openssl>, webhook_url: string): Promise<void> {
  const certificate = ['--certificate', ssl.file('good.pem'), '--authority', ssl.file('own.pem')]
  const common = ['--name', 'Sârma SRL', '--type', 'Ecommerce', '--redirect-url', REDIRECT_URL, ...certificate]
  const add = async (...args: readonly string[]) => {
    const { code, stderr } = await punteIn(world, 'partner', 'add', ...common, ...args)
    assert.equal(code, 0, stderr)
  }
  await add('--client-id', CLIENT_ID, '--crl', ssl.file('own.crl'), '--webhook-url', webhook_url)
  await add('--client-id', RATED_CLIENT_ID, '--requests-per-minute', '5')
}

/** The partner's own endpoint. */
async function listen(): Promise<{ server: Server; url: string; received: Received[] }> {
  const received: Received[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    received.push({ headers: request.headers, body: Buffer.concat(chunks).toString('utf8') })
    response.writeHead(204).end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks`
  return { server, url, received }
}
