/** Certificates for tests: an authority, a server on localhost, and clients of each kind of key. */
import 'reflect-metadata'
import { webcrypto } from 'node:crypto'
import * as x509 from '@peculiar/x509'

export type KeyKind = 'rsa' | 'ec' | 'ed25519'
export type Identity = { readonly certificate: string; readonly private_key: string }
export type Authority = Identity & { issue(name: string, kind: KeyKind, usage: 'server' | 'client'): Promise<Identity> }

const crypto = webcrypto

const ALGORITHMS = {
  rsa: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', publicExponent: new Uint8Array([1, 0, 1]), modulusLength: 2048 },
  ec: { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
  ed25519: { name: 'Ed25519' },
} as const

const DAY_MS = 86_400_000

export async function createAuthority(name: string): Promise<Authority> {
  const keys = await generate('ec')
  const root = await x509.X509CertificateGenerator.createSelfSigned(
    {
      serialNumber: serial(),
      name: `CN=${name}`,
      notBefore: new Date(Date.now() - DAY_MS),
      notAfter: new Date(Date.now() + DAY_MS),
      signingAlgorithm: ALGORITHMS.ec,
      keys,
      extensions: [new x509.BasicConstraintsExtension(true, 1, true)],
    },
    crypto,
  )
  return {
    certificate: root.toString('pem'),
    private_key: await privatePem(keys.privateKey),
    issue: async (common_name, kind, usage) => {
      const own = await generate(kind)
      const usages = usage === 'server' ? [x509.ExtendedKeyUsage.serverAuth] : [x509.ExtendedKeyUsage.clientAuth]
      const certificate = await x509.X509CertificateGenerator.create(
        {
          serialNumber: serial(),
          subject: `CN=${common_name}`,
          issuer: root.subject,
          notBefore: new Date(Date.now() - DAY_MS),
          notAfter: new Date(Date.now() + DAY_MS),
          signingAlgorithm: ALGORITHMS.ec,
          publicKey: own.publicKey,
          signingKey: keys.privateKey,
          extensions: [
            new x509.ExtendedKeyUsageExtension(usages),
            new x509.SubjectAlternativeNameExtension([
              { type: 'dns', value: 'localhost' },
              { type: 'ip', value: '127.0.0.1' },
            ]),
          ],
        },
        crypto,
      )
      return { certificate: certificate.toString('pem'), private_key: await privatePem(own.privateKey) }
    },
  }
}

async function generate(kind: KeyKind): Promise<webcrypto.CryptoKeyPair> {
  return (await crypto.subtle.generateKey(ALGORITHMS[kind], true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair
}

async function privatePem(key: webcrypto.CryptoKey): Promise<string> {
  return x509.PemConverter.encode(await crypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY')
}

function serial(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(8)))
    .toString('hex')
    .replace(/^./, '1')
}
