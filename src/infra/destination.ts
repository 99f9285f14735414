/**
 * A destination of outgoing calls: its kept connections under one TLS identity, and what is known about how they ended.
 * `outbound.ts` is the only user.
 */
import { Socket } from 'node:net'
import { createSecureContext, type SecureContext, TLSSocket } from 'node:tls'
import { buildConnector, errors, Pool } from 'undici'
import { lookupPublicOnly } from './addresses.ts'

const CONNECT_TIMEOUT_MS = 10_000
// A connection that the server closes while a request is on its way makes that request `unknown`, so idle ones are given
// up early, unless the server says (Keep-Alive: timeout=…) that it keeps them longer.
const KEEP_ALIVE_MS = 4_000
const KEEP_ALIVE_AT_MOST_MS = 60_000

/** PEM texts. Keep one object per identity: pools are found by it. */
export type TlsIdentity = { readonly cert?: string; readonly key?: string; readonly ca?: string }

export type Destination = {
  readonly pool: Pool
  waiting: number
  /** Refusals of our certificate by local port, since undici reports only that the connection ended. */
  readonly refusals: Map<number, string>
  /** At once, with whatever is still on its way. */
  close(): Promise<void>
}

export function createDestination(options: {
  readonly origin: string
  readonly connections: number
  /** Only addresses that are public are connected to. */
  readonly public_only: boolean
  readonly tls: TlsIdentity | undefined
}): Destination {
  const refusals = new Map<number, string>()
  const connecting = new Set<Socket>()
  const pool = new Pool(options.origin, {
    connections: options.connections,
    pipelining: 1,
    allowH2: false,
    connect: createConnector(options, refusals, connecting),
    keepAliveTimeout: KEEP_ALIVE_MS,
    keepAliveMaxTimeout: KEEP_ALIVE_AT_MOST_MS,
    // `exchange` has one time-out for all; undici's own would only cut it into parts.
    headersTimeout: 0,
    bodyTimeout: 0,
  })
  return {
    pool,
    waiting: 0,
    refusals,
    async close() {
      for (const socket of connecting) socket.destroy()
      await pool.destroy()
    },
  }
}

/** Connects with the destination's last TLS session: a resumed mutual-TLS handshake costs half of a full one. */
function createConnector(
  options: { readonly public_only: boolean; readonly tls: TlsIdentity | undefined },
  refusals: Map<number, string>,
  connecting: Set<Socket>,
): buildConnector.connector {
  let session: Buffer | undefined
  const secure = options.tls === undefined ? undefined : secureContext(options.tls)
  const follow = (socket: TLSSocket): void => {
    // In TLS 1.2 the session is known by now, in TLS 1.3 its tickets come later.
    if (socket.getProtocol() === 'TLSv1.2') session = socket.getSession()
    socket.on('session', (ticket: Buffer) => {
      session = ticket
    })
    const local_port = socket.localPort ?? 0
    socket.on('error', (error) => {
      const code = errorCode(error)
      if (CERTIFICATE_REFUSED.test(code)) refusals.set(local_port, code)
    })
    // After undici, which reads the refusal while it handles the same event.
    socket.on('close', () => setImmediate(() => refusals.delete(local_port)))
  }
  return (to, callback) => {
    const connect = buildConnector({
      allowH2: false,
      timeout: CONNECT_TIMEOUT_MS,
      maxCachedSessions: 0,
      minVersion: 'TLSv1.2',
      ...(secure === undefined ? {} : { secureContext: secure }),
      ...(session === undefined ? {} : { session }),
      ...(options.public_only ? { lookup: lookupPublicOnly } : {}),
    })
    // The connector's function returns its socket, though its type does not say so.
    const begun: unknown = connect(to, (...[error, socket]) => {
      if (begun instanceof Socket) connecting.delete(begun)
      if (error !== null) {
        session = undefined
        return callback(error, null)
      }
      if (socket instanceof TLSSocket) follow(socket)
      return callback(null, socket)
    })
    if (begun instanceof Socket) connecting.add(begun)
  }
}

function secureContext(tls: TlsIdentity): SecureContext {
  return createSecureContext({
    minVersion: 'TLSv1.2',
    ...(tls.cert === undefined ? {} : { cert: tls.cert }),
    ...(tls.key === undefined ? {} : { key: tls.key }),
    ...(tls.ca === undefined ? {} : { ca: tls.ca }),
  })
}

/** TLS alerts that only end a handshake: their sender has read no request (RFC 8446 §6.2). */
const CERTIFICATE_REFUSED =
  /^ERR_SSL_.*ALERT_(CERTIFICATE_REQUIRED|BAD_CERTIFICATE|UNKNOWN_CA|CERTIFICATE_EXPIRED|CERTIFICATE_REVOKED|CERTIFICATE_UNKNOWN|UNSUPPORTED_CERTIFICATE|HANDSHAKE_FAILURE)$/

/** The code of the refusal of our certificate that ended a request's connection, if one did. */
export function refusalOf(error: Error, to: Destination): string | undefined {
  const code = errorCode(error)
  if (CERTIFICATE_REFUSED.test(code)) return code
  const local_port = error instanceof errors.SocketError ? error.socket?.localPort : undefined
  return local_port === undefined ? undefined : to.refusals.get(local_port)
}

/** A code, never a message: messages hold addresses. */
export function errorCode(error: unknown): string {
  if (!(error instanceof Error)) return 'ERROR'
  const code = 'code' in error ? error.code : undefined
  if (typeof code === 'string') return code
  if (error instanceof AggregateError && error.errors[0] instanceof Error) return errorCode(error.errors[0])
  return error.name
}
