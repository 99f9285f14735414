/**
 * For the bank's own tests: certificates made here and a third party that calls the interface, both written apart from
 * the bank's reading of them.
 */
import 'reflect-metadata'
import { generateKeyPairSync, type KeyObject, randomBytes, webcrypto } from 'node:crypto'
import {
  BasicConstraintsExtension,
  cryptoProvider,
  Extension,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509'

cryptoProvider.set(globalThis.crypto)

export type Issued = { readonly pem: string; readonly key_pem: string; readonly key: KeyObject }
export type Authority = Issued & { readonly name: string; readonly signing_key: webcrypto.CryptoKey }

const EC = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const
const DAY_MS = 86_400_000

const importKey = (
  key: KeyObject,
  usage: 'sign' | 'verify',
  algorithm: webcrypto.EcKeyImportParams | webcrypto.RsaHashedImportParams,
) =>
  webcrypto.subtle.importKey(
    usage === 'sign' ? 'pkcs8' : 'spki',
    key.export(usage === 'sign' ? { format: 'der', type: 'pkcs8' } : { format: 'der', type: 'spki' }),
    algorithm,
    true,
    [usage],
  )

const pemOf = (key: KeyObject) => key.export({ format: 'pem', type: 'pkcs8' }).toString()

export async function createAuthority(common_name: string): Promise<Authority> {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const signing_key = await importKey(privateKey, 'sign', EC)
  const name = `CN=${common_name}, O=Sandbox, C=RO`
  const certificate = await X509CertificateGenerator.create({
    serialNumber: serial(),
    subject: name,
    issuer: name,
    notBefore: new Date(Date.now() - DAY_MS),
    notAfter: new Date(Date.now() + DAY_MS),
    publicKey: await importKey(publicKey, 'verify', EC),
    signingKey: signing_key,
    signingAlgorithm: EC,
    extensions: [new BasicConstraintsExtension(true, undefined, true)],
  })
  return { pem: certificate.toString('pem'), key_pem: pemOf(privateKey), key: privateKey, name, signing_key }
}

export type LeafInput = {
  readonly kind: 'web' | 'seal' | 'server'
  readonly organization_id?: string
  /** PSD2 role numbers of 0.4.0.19495.1.x; none: no PSD2 statement at all. */
  readonly roles?: readonly number[]
  readonly valid_from?: Date
  readonly valid_to?: Date
  /** RSA unless told otherwise for a seal, EC otherwise. */
  readonly key?: 'rsa' | 'ec'
}

export async function issue(authority: Authority, input: LeafInput): Promise<Issued> {
  const rsa = (input.key ?? (input.kind === 'seal' ? 'rsa' : 'ec')) === 'rsa'
  const pair = rsa
    ? generateKeyPairSync('rsa', { modulusLength: 2048 })
    : generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const { publicKey, privateKey } = pair
  const organization = input.organization_id === undefined ? '' : `, 2.5.4.97=${input.organization_id}`
  const certificate = await X509CertificateGenerator.create({
    serialNumber: serial(),
    subject: `CN=${input.kind === 'server' ? 'localhost' : 'Punte Test'}${organization}, C=RO`,
    issuer: authority.name,
    notBefore: input.valid_from ?? new Date(Date.now() - 60_000),
    notAfter: input.valid_to ?? new Date(Date.now() + DAY_MS),
    publicKey: await importKey(publicKey, 'verify', rsa ? { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' } : EC),
    signingKey: authority.signing_key,
    signingAlgorithm: EC,
    extensions: [
      new BasicConstraintsExtension(false),
      ...(input.kind === 'server'
        ? [new SubjectAlternativeNameExtension([{ type: 'dns', value: 'localhost' }])]
        : [new Extension('1.3.6.1.5.5.7.1.3', false, new Uint8Array(qcStatements(input)))]),
    ],
  })
  return { pem: certificate.toString('pem'), key_pem: pemOf(privateKey), key: privateKey }
}

const serial = () => `00${randomBytes(12).toString('hex')}`

const der = (tag: number, ...parts: Buffer[]): Buffer => {
  const content = Buffer.concat(parts)
  const length =
    content.length < 128
      ? [content.length]
      : content.length < 256
        ? [0x81, content.length]
        : [0x82, content.length >> 8, content.length & 255]
  return Buffer.concat([Buffer.from([tag, ...length]), content])
}

function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  const bytes = [first * 40 + second]
  for (const arc of rest) {
    const digits = [arc & 0x7f]
    for (let left = arc >> 7; left > 0; left >>= 7) digits.unshift((left & 0x7f) | 0x80)
    bytes.push(...digits)
  }
  return der(0x06, Buffer.from(bytes))
}

const utf8 = (text: string) => der(0x0c, Buffer.from(text))

function qcStatements({ kind, roles }: LeafInput): Buffer {
  const type = der(0x30, oid('0.4.0.1862.1.6'), der(0x30, oid(`0.4.0.1862.1.6.${kind === 'web' ? 3 : 2}`)))
  const compliance = der(0x30, oid('0.4.0.1862.1.1'))
  if (roles === undefined) return der(0x30, compliance, type)
  const list = roles.map((role) => der(0x30, oid(`0.4.0.19495.1.${role}`), utf8('PSP_XX')))
  const psd2 = der(0x30, oid('0.4.0.19495.2'), der(0x30, der(0x30, ...list), utf8('Sandbox'), utf8('RO-SBX')))
  return der(0x30, compliance, type, psd2)
}
