/** Around the provider's token endpoint: faults on demand, and the signature that some banks want on the request. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import type { TLSSocket } from 'node:tls'
import type { BankConfig } from '../config.ts'
import { BodyTooLarge, readBody } from '../http.ts'
import type { Faults } from '../xs2a/faults.ts'
import { Refusal } from '../xs2a/refusal.ts'
import type { ThirdPartyChecks } from '../xs2a/third-party.ts'

const MAX_BODY_BYTES = 16 * 1024

export type TokenRequests = {
  readonly config: BankConfig
  readonly checks: ThirdPartyChecks
  readonly faults: Faults
  log(entry: object): void
}

/** Carries a token request to the provider (`handle`), unless a fault or a bad signature stops it. */
export async function handleTokenRequest(
  input: TokenRequests,
  request: IncomingMessage,
  response: ServerResponse,
  handle: () => void,
): Promise<void> {
  const fault = input.faults.take('token')
  if (fault?.kind === 'delay') await delay(fault.delay_ms, undefined, { ref: false })
  if (fault?.kind === 'drop_before') return void request.socket.destroy()
  if (fault?.kind === 'status') return refuse(response, fault.http_status, fault.code ?? 'server_error')
  if (input.config.quirks.access.client_authentication === 'signature') {
    const refusal = await checkSignedRequest(input, request)
    if (refusal !== undefined) return refuse(response, 401, 'invalid_client', refusal)
  }
  if (fault?.kind === 'drop_after' || fault?.kind === 'malformed_json') {
    const end = response.end.bind(response)
    response.end = ((body?: string | Buffer) => {
      if (fault.kind === 'drop_after') request.socket.destroy()
      else {
        response.removeHeader('Content-Length')
        end(String(body ?? '').slice(0, 20))
      }
      return response
    }) as ServerResponse['end']
  }
  handle()
}

/** The body that was read for the digest is left on the request, where the provider looks for it. */
async function checkSignedRequest(input: TokenRequests, request: IncomingMessage): Promise<string | undefined> {
  const { config, checks, log } = input
  const { signing } = config.quirks
  try {
    const third_party = checks.identify(request.socket as TLSSocket)
    const body = await readBody(request, MAX_BODY_BYTES)
    const signed = { method: request.method ?? 'POST', target: request.url ?? '/', headers: request.headers }
    checks.checkSeal(signed, body, third_party, signing === 'none' ? undefined : signing.token_key_id)
    Object.assign(request, { body })
    return undefined
  } catch (error) {
    if (error instanceof BodyTooLarge) return 'the body is too large'
    if (!(error instanceof Refusal)) throw error
    log({ refused: error.code, path: 'token', text: error.message })
    return `${error.code}: ${error.message}`
  }
}

function refuse(response: ServerResponse, http_status: number, error: string, error_description?: string): void {
  response.writeHead(http_status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' })
  response.end(JSON.stringify({ error, ...(error_description === undefined ? {} : { error_description }) }))
}
