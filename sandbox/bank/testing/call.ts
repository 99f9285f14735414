/** A third party that calls the interface: signs by the bank's rule, or against it where a test says how. */
import { createHash, randomUUID, sign, X509Certificate } from 'node:crypto'
import { type Agent, request } from 'node:https'
import type { KeyIdForm, Signing } from '../config.ts'
import type { Issued } from './pki.ts'
import type { Pki, TestWorld } from './world.ts'

export type CallInput = {
  readonly method?: string
  readonly path: string
  readonly body?: string | object
  readonly headers?: Record<string, string | undefined>
  /** undefined: the third party's own; null: none. */
  readonly qwac?: Issued | null
  readonly qseal?: Issued | null
  /** Headers to sign beyond or instead of the usual. */
  readonly signed?: readonly string[]
  readonly key_id?: string
  /** Where the signature differs from this bank's own rule. */
  readonly rule?: Partial<Signing>
  /** Access token, put where this bank wants it. */
  readonly token?: string
  /** Replaces parts of the finished headers, after signing. */
  readonly tamper?: Record<string, string>
  readonly agent?: Agent
}

export type CallAnswer = {
  readonly status: number
  readonly headers: Record<string, string | string[] | undefined>
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: tests read answers of many shapes
  readonly json: any
}

/** One call as a third party makes it, in this bank's own dialect, over a connection of its own. */
export async function call(pki: Pki, world: TestWorld, input: CallInput): Promise<CallAnswer> {
  const { quirks } = world.config
  const body = input.body === undefined ? '' : typeof input.body === 'string' ? input.body : JSON.stringify(input.body)
  const given: Record<string, string | undefined> = {
    'x-request-id': randomUUID(),
    date: new Date().toUTCString(),
    ...(body === '' ? {} : { 'content-type': 'application/json' }),
    ...Object.fromEntries(
      Object.entries(quirks.required_headers).map(([name, value]) => [name, value === '*' ? 'test' : value]),
    ),
    ...tokenHeader(quirks.access.token_header, input.token),
    ...input.headers,
  }
  const headers = Object.fromEntries(
    Object.entries(given).filter((entry): entry is [string, string] => entry[1] !== undefined),
  )
  const method = input.method ?? (body === '' ? 'GET' : 'POST')
  const seal = input.qseal === undefined ? pki.qseal : input.qseal
  const signs = quirks.signing !== 'none' && seal !== null
  if (signs) Object.assign(headers, sealed({ headers, body, method, seal, input, world }))
  Object.assign(headers, input.tamper)
  const own_qwac = quirks.client_certificate ? pki.qwac : null
  const qwac = input.qwac === undefined ? own_qwac : input.qwac
  return send(
    new URL(input.path, world.bank.api_url),
    {
      method,
      headers: { ...headers, 'content-length': String(Buffer.byteLength(body)) },
      ca: pki.server_ca.pem,
      ...(qwac === null ? {} : { cert: qwac.pem, key: qwac.key_pem }),
      ...(input.agent === undefined ? { agent: false } : { agent: input.agent }),
    },
    body,
  )
}

const tokenHeader = (name: string, token: string | undefined): Record<string, string> =>
  token === undefined ? {} : { [name]: name === 'authorization' ? `Bearer ${token}` : token }

type Sealing = {
  readonly headers: Record<string, string>
  readonly body: string
  readonly method: string
  readonly seal: Issued
  readonly input: CallInput
  readonly world: TestWorld
}

function sealed({ headers, body, method, seal, input, world }: Sealing): Record<string, string> {
  const { signing } = world.config.quirks
  if (signing === 'none') return {}
  const rule = { ...signing, ...input.rule }
  const certificate = new X509Certificate(seal.pem)
  const bits = rule.digest === 'SHA-512' ? '512' : '256'
  const label = rule.digest_label === 'lower' ? 'sha' : 'SHA'
  const digest = `${label}-${bits}=${createHash(`sha${bits}`).update(body).digest('base64')}`
  const all: Record<string, string> = {
    ...headers,
    digest,
    '(request-target)': `${method.toLowerCase()} ${input.path}`,
  }
  const names = input.signed ?? rule.headers.filter((name) => all[name] !== undefined)
  const text = names.map((name) => `${name}: ${all[name]}`).join('\n')
  const any = seal.key.asymmetricKeyType === 'rsa' ? 'rsa-sha256' : 'ecdsa-sha256'
  const algorithm = rule.algorithm === 'any' ? any : rule.algorithm
  const hash = algorithm.endsWith('512') ? 'sha512' : 'sha256'
  const signature = sign(hash, Buffer.from(text), seal.key).toString('base64')
  const key_id = input.key_id ?? keyIdOf(certificate, rule.key_id, world.config.oauth?.client_id)
  return {
    digest,
    ...certificateHeader(certificate, rule.certificate),
    signature: `keyId="${key_id}",algorithm="${algorithm}",headers="${names.join(' ')}",signature="${signature}"`,
  }
}

function keyIdOf(certificate: X509Certificate, form: KeyIdForm, client_id = ''): string {
  const issuer = certificate.issuer.split('\n').join(',').replaceAll(' ', '%20')
  return {
    sn_ca: `SN=${certificate.serialNumber},CA=${issuer}`,
    sn: `SN=${certificate.serialNumber}`,
    serial: BigInt(`0x${certificate.serialNumber}`).toString(),
    client_id,
  }[form]
}

function certificateHeader(certificate: X509Certificate, form: Signing['certificate']): Record<string, string> {
  const base64 = certificate.raw.toString('base64')
  if (form === 'none') return {}
  const armoured = `-----BEGIN CERTIFICATE-----${base64}-----END CERTIFICATE-----`
  return { 'tpp-signature-certificate': form === 'pem' ? armoured : base64 }
}

function send(url: URL, options: object, body: string): Promise<CallAnswer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, options, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8')
        let json: unknown
        try {
          json = JSON.parse(text)
        } catch {
          json = undefined
        }
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json })
      })
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}
