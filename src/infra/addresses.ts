/**
 * Which network addresses a destination that somebody else chose (a partner's webhook, a revocation list) may have.
 * Without this, a partner could have Punte fetch what only Punte can reach: the metadata service of a cloud, the
 * database, an office printer.
 */
import { type LookupAddress, lookup } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import ipaddr from 'ipaddr.js'

/** Public by range, yet a metadata service all the same: Azure's WireServer. */
const METADATA_ADDRESSES: readonly string[] = ['168.63.129.16']

/**
 * True only for globally routed unicast addresses. False for loopback, private, link-local (169.254.169.254 among
 * them), CGNAT, ULA, multicast, documentation, reserved, and for what is no address. An IPv6 form that carries an IPv4
 * address (mapped, NAT64) is as public as what it carries; tunnels (6to4, Teredo) are refused.
 */
export function isPublicAddress(address: string): boolean {
  if (isIP(address) === 0) return false
  const parsed = ipaddr.process(address)
  if (parsed instanceof ipaddr.IPv4) {
    return parsed.range() === 'unicast' && !METADATA_ADDRESSES.includes(parsed.toString())
  }
  if (parsed.range() === 'rfc6052') {
    return isPublicAddress(parsed.toByteArray().slice(12).join('.'))
  }
  return parsed.range() === 'unicast' && parsed.match(ipaddr.IPv6.parse('2000::'), 3)
}

/** The host of a URL when it is an address itself (`[::1]` → `::1`), which no lookup will ever see. */
export function literalAddress(hostname: string): string | undefined {
  const bare = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname
  return isIP(bare) === 0 ? undefined : bare
}

export const ADDRESS_REFUSED = 'ADDRESS_REFUSED'

/**
 * A `lookup` for sockets that refuses a name as soon as one of its addresses is not public. It is the lookup whose
 * answer is connected to, so that a name cannot change its address between check and use (DNS rebinding).
 */
export const lookupPublicOnly: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error: NodeJS.ErrnoException | null, found: LookupAddress[]) => {
    if (error !== null) return callback(error, '')
    const first = found[0]
    if (first === undefined || !found.every(({ address }) => isPublicAddress(address))) {
      return callback(Object.assign(new Error('address refused'), { code: ADDRESS_REFUSED }), '')
    }
    if (options.all === true) return callback(null, found)
    return callback(null, first.address, first.family)
  })
}
