/**
 * TLS of the surfaces that know client certificates (partner API, card API): every client is asked for its certificate,
 * none is refused in the handshake (a TLS alert says nothing to the developer behind it; our answer does). The library
 * checks possession of the key and the path to any registered authority; whose certificate it is is decided per request,
 * see `domain/partners/certificates.ts`.
 */
import type { Server, ServerOptions } from 'node:https'
import { TLSSocket } from 'node:tls'
import type { FastifyRequest } from 'fastify'
import { PunteError } from '../domain/errors.ts'
import { pemBlocks } from '../domain/partners/authorities.ts'
import { type PresentedCertificate, readCertificate } from '../domain/partners/certificates.ts'
import type { PartnerDirectory } from '../domain/partners/directory.ts'

const HANDSHAKE_TIMEOUT_MS = 10_000

export type ServerIdentity = { readonly certificate_pem: string; readonly key_pem: string }

/** TLS options with the authorities of all partners of now. */
export function tlsOptions(identity: ServerIdentity, partners: PartnerDirectory): ServerOptions {
  return {
    cert: identity.certificate_pem,
    key: identity.key_pem,
    // Never undefined: that would mean the public web authorities.
    ca: authoritiesOf(partners),
    // A registered intermediate is an anchor of its own.
    allowPartialTrustChain: true,
    requestCert: true,
    rejectUnauthorized: false,
    minVersion: 'TLSv1.2',
    handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
    // Within a process's life only; new authorities make new ticket keys, so a resumed session never outlives a change.
    sessionTimeout: 3_600,
  }
}

/** Loads partners' authorities into the running server whenever the directory changed. Connections stay. */
export function followAuthorities(server: Server, identity: ServerIdentity, partners: PartnerDirectory): void {
  let loaded = authoritiesOf(partners).join('')
  partners.onChange(() => {
    const ca = authoritiesOf(partners)
    if (ca.join('') === loaded) return
    loaded = ca.join('')
    server.setSecureContext(tlsOptions(identity, partners))
  })
}

/** A renegotiation (TLS 1.2) could change the client's certificate under a connection whose certificate is known. */
export function forbidRenegotiation(server: Server): void {
  server.on('secureConnection', (socket) => socket.disableRenegotiation())
}

function authoritiesOf(partners: PartnerDirectory): string[] {
  const blocks = partners
    .all()
    .flatMap((partner) => partner.certificates.flatMap((one) => pemBlocks(one.authority_pem, 'CERTIFICATE')))
  return [...new Set(blocks)]
}

export type TlsCaller = {
  readonly presented: PresentedCertificate
  /** The TLS library found a path to one of the authorities that were loaded when the connection began. */
  readonly authorized: boolean
}

const callers = new WeakMap<TLSSocket, TlsCaller>()

/**
 * The certificate of the connection. Also on a resumed session it is the one of the session's first handshake.
 * @throws PunteError CERTIFICATE_REQUIRED
 */
export function tlsCaller(request: FastifyRequest): TlsCaller {
  const { socket } = request.raw
  if (!(socket instanceof TLSSocket)) throw new PunteError('CERTIFICATE_REQUIRED')
  let caller = callers.get(socket)
  if (caller === undefined) {
    const certificate = socket.getPeerX509Certificate()
    // Without a certificate `authorized` may be true (a resumed TLS 1.3 session): only the certificate itself counts.
    if (certificate === undefined) throw new PunteError('CERTIFICATE_REQUIRED')
    caller = { presented: readCertificate(certificate), authorized: socket.authorized }
    callers.set(socket, caller)
  }
  return caller
}
