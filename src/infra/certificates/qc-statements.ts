/**
 * The qcStatements extension of an eIDAS certificate for PSD2, as DER (X.690): ETSI EN 319 412-5 §4.2.3 (QcType) and
 * ETSI TS 119 495 §5.1 (PSD2 statement). QcCompliance is left out: nothing issued here is qualified, nor says so.
 */
export type Psd2Role = 'PSP_AS' | 'PSP_PI' | 'PSP_AI' | 'PSP_IC'
export type QcType = 'seal' | 'web'

export const QC_STATEMENTS_OID = '1.3.6.1.5.5.7.1.3'

const QC_TYPE_OID = '0.4.0.1862.1.6'
const QC_TYPES = { seal: '0.4.0.1862.1.6.2', web: '0.4.0.1862.1.6.3' } as const
const PSD2_OID = '0.4.0.19495.2'
const ROLES = {
  PSP_AS: '0.4.0.19495.1.1',
  PSP_PI: '0.4.0.19495.1.2',
  PSP_AI: '0.4.0.19495.1.3',
  PSP_IC: '0.4.0.19495.1.4',
} as const

export type Psd2Statement = {
  readonly type: QcType
  readonly roles: readonly Psd2Role[]
  /** The competent authority that registered the institution, e.g. "National Bank of Romania", "RO-NBR". */
  readonly authority_name: string
  readonly authority_id: string
}

/** @returns the value of the extension */
export function qcStatements(statement: Psd2Statement): Buffer {
  const roles = statement.roles.map((role) => sequence(oid(ROLES[role]), utf8(role)))
  return sequence(
    sequence(oid(QC_TYPE_OID), sequence(oid(QC_TYPES[statement.type]))),
    sequence(oid(PSD2_OID), sequence(sequence(...roles), utf8(statement.authority_name), utf8(statement.authority_id))),
  )
}

function element(tag: number, content: Buffer): Buffer {
  const length = content.length
  if (length > 0xffff) throw new RangeError('too long for a certificate extension')
  const head =
    length < 0x80 ? [tag, length] : length < 0x100 ? [tag, 0x81, length] : [tag, 0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from(head), content])
}

const sequence = (...parts: Buffer[]): Buffer => element(0x30, Buffer.concat(parts))
const utf8 = (text: string): Buffer => element(0x0c, Buffer.from(text))

// X.690 §8.19: the first two arcs share a byte, the others are written in base 128, high bits first.
function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  const bytes = [first * 40 + second]
  for (const arc of rest) {
    const septets = [arc & 0x7f]
    for (let left = arc >>> 7; left > 0; left >>>= 7) septets.unshift((left & 0x7f) | 0x80)
    bytes.push(...septets)
  }
  return element(0x06, Buffer.from(bytes))
}

/** DER INTEGER of a small number, for cRLNumber. */
export function integer(value: number): Buffer {
  const hex = value.toString(16)
  const even = hex.length % 2 === 0 ? hex : `0${hex}`
  return element(0x02, Buffer.from(Number.parseInt(even.slice(0, 2), 16) > 0x7f ? `00${even}` : even, 'hex'))
}
