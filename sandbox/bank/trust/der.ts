/**
 * Whom the bank believes: certificates of third parties (QWAC, QSEAL) and their message signatures. First: the few
 * steps of DER needed to read certificate extensions (X.690, definite lengths only).
 */

export type DerNode = { readonly tag: number; readonly content: Buffer }

export const TAG = { oid: 0x06, utf8: 0x0c, sequence: 0x30 } as const

/** The nodes standing one after another in `bytes`. Throws on anything that is not DER. */
export function derNodes(bytes: Buffer): DerNode[] {
  const nodes: DerNode[] = []
  for (let at = 0; at < bytes.length; ) {
    const tag = byteAt(bytes, at)
    let length = byteAt(bytes, at + 1)
    let start = at + 2
    if (length > 0x80) {
      const digits = length - 0x80
      if (digits > 4) throw new Error('DER: length too long')
      length = 0
      for (let digit = 0; digit < digits; digit++) length = length * 256 + byteAt(bytes, start + digit)
      start += digits
    } else if (length === 0x80) throw new Error('DER: indefinite length')
    if (start + length > bytes.length) throw new Error('DER: cut short')
    nodes.push({ tag, content: bytes.subarray(start, start + length) })
    at = start + length
  }
  return nodes
}

function byteAt(bytes: Buffer, at: number): number {
  const byte = bytes[at]
  if (byte === undefined) throw new Error('DER: cut short')
  return byte
}

/** Dotted form of an object identifier's content bytes. */
export function oidText(content: Buffer): string {
  const arcs: number[] = []
  let arc = 0
  for (const byte of content) {
    arc = arc * 128 + (byte & 0x7f)
    if (byte < 0x80) {
      arcs.push(arc)
      arc = 0
    }
  }
  const first = arcs.shift() ?? 0
  const root = Math.min(2, Math.floor(first / 40))
  return [root, first - root * 40, ...arcs].join('.')
}
