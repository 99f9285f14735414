/**
 * Certificate revocation lists (RFC 5280 §5): read, signature verified with the issuing authority's key, out of date
 * recognised. Node's own `crl` option is not used: it refuses every certificate of an authority that has no list.
 */
import * as x509 from '@peculiar/x509'
import { type Authority, pemBlocks } from './authorities.ts'

export type RevocationList = {
  readonly authority: Authority
  readonly this_update: number
  readonly next_update: number
  /** Upper-case hexadecimal without leading zeros, as node writes `serialNumber`. */
  readonly serials: ReadonlySet<string>
}

const DELTA_INDICATOR = '2.5.29.27'
const ISSUING_DISTRIBUTION_POINT = '2.5.29.28'
const MAX_LISTS = 10

/**
 * Reads the lists of a registration. Lists that no registered authority signed, delta lists and lists of partial scope
 * are left out: who depends on them is then of unknown status.
 *
 * @param text PEM blocks, or one list as base64 DER
 * @throws Error with a sentence for the operator when nothing in the text is a list
 */
export async function readRevocationLists(text: string, authorities: readonly Authority[]): Promise<RevocationList[]> {
  const blocks = pemBlocks(text, 'CRL')
  const sources = blocks.length > 0 ? blocks.slice(0, MAX_LISTS) : [text.replace(/\s+/g, '')]
  const lists: RevocationList[] = []
  for (const source of sources) {
    const list = await readOne(source, authorities)
    if (list !== undefined) lists.push(list)
  }
  return lists
}

async function readOne(source: string, authorities: readonly Authority[]): Promise<RevocationList | undefined> {
  let crl: x509.X509Crl
  try {
    crl = new x509.X509Crl(source)
  } catch (cause) {
    throw new Error('is not a certificate revocation list (PEM, or base64 DER)', { cause })
  }
  // Without nextUpdate nobody can tell when it is out of date; RFC 5280 requires it.
  if (crl.nextUpdate === undefined || !crl.extensions.every(isUnderstood)) return undefined
  for (const authority of authorities) {
    if (!authority.may_sign_revocation_lists || authority.parsed.subject !== crl.issuer) continue
    if (!(await signedBy(crl, authority))) continue
    return {
      authority,
      this_update: crl.thisUpdate.getTime(),
      next_update: crl.nextUpdate.getTime(),
      serials: new Set(crl.entries.map((entry) => normalSerial(entry.serialNumber))),
    }
  }
  return undefined
}

async function signedBy(crl: x509.X509Crl, authority: Authority): Promise<boolean> {
  try {
    return await crl.verify({ publicKey: authority.parsed })
  } catch {
    // Another kind of key than the signature's: not this authority's.
    return false
  }
}

function isUnderstood(extension: x509.Extension): boolean {
  if (extension.type === DELTA_INDICATOR) return false
  if (extension.type === ISSUING_DISTRIBUTION_POINT) return coversUserCertificates(new Uint8Array(extension.value))
  return !extension.critical || extension.type === '2.5.29.35' || extension.type === '2.5.29.20'
}

// IssuingDistributionPoint ::= SEQUENCE of context-specific fields; only [0] distributionPoint and [1]
// onlyContainsUserCerts leave the list complete for client certificates. Others: CA certificates only, some reasons
// only, indirect, attribute certificates only.
function coversUserCertificates(der: Uint8Array): boolean {
  let position = headerLength(der, 0)
  while (position < der.length) {
    const tag = (der[position] ?? 0) & 0x1f
    if (tag > 1) return false
    position += headerLength(der, position) + contentLength(der, position)
  }
  return true
}

function headerLength(der: Uint8Array, at: number): number {
  const first = der[at + 1] ?? 0
  return first < 0x80 ? 2 : 2 + (first & 0x7f)
}

function contentLength(der: Uint8Array, at: number): number {
  const first = der[at + 1] ?? 0
  if (first < 0x80) return first
  let length = 0
  for (let index = 0; index < (first & 0x7f); index += 1) length = length * 256 + (der[at + 2 + index] ?? 0)
  return length
}

export function normalSerial(serial: string): string {
  return serial.replace(/^0+(?=.)/, '').toUpperCase()
}
