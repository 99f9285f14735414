/**
 * Browsers that somebody has signed in with, both factors shown ("device cookies" of OWASP): passwords tried there wait for
 * themselves alone, so that no stranger's tries keep an owner out. It is no factor and proves nothing else: whoever steals
 * the cookie may guess as slowly as everybody.
 *
 * The cookie's text is ours by its own word (a MAC). One browser keeps up to five, for colleagues who share a machine.
 */
import { randomBytes } from 'node:crypto'
import type { StaffContext } from '../sessions.ts'

const ID_BYTES = 16
const STAFF_BYTES = 4
const TIME_BYTES = 6
const MAC_BYTES = 16
const BYTES = ID_BYTES + STAFF_BYTES + TIME_BYTES + MAC_BYTES
const KEPT = 5
const PURPOSE = 'staff.device'

export const DEVICE_DAYS = 180
/** Of the cookie's text. */
export const DEVICE_TEXT_MAX = KEPT * (Math.ceil((BYTES * 4) / 3) + 1)

export type Device = { readonly staff_id: number; readonly device_id: string }

type Keyed = Pick<StaffContext, 'keys' | 'clock'>

/** Whose browser it is, as its cookie says; what is not ours, or too old, is left out. */
export function readDevices(context: Keyed, text: string | undefined): readonly Device[] {
  return textsOf(text).flatMap((one) => readDevice(context, one) ?? [])
}

/** The cookie's text with this person in the first place. @param former what the browser has sent */
export function rememberDevice(context: Keyed, staff_id: number, former: string | undefined): string {
  const others = textsOf(former).filter((one) => {
    const device = readDevice(context, one)
    return device !== undefined && device.staff_id !== staff_id
  })
  return [newDevice(context, staff_id), ...others].slice(0, KEPT).join('.')
}

const textsOf = (text: string | undefined): readonly string[] =>
  text === undefined || text.length > DEVICE_TEXT_MAX ? [] : text.split('.')

function newDevice(context: Keyed, staff_id: number): string {
  const body = Buffer.alloc(BYTES - MAC_BYTES)
  randomBytes(ID_BYTES).copy(body)
  body.writeUInt32BE(staff_id, ID_BYTES)
  body.writeUIntBE(context.clock.now().getTime(), ID_BYTES + STAFF_BYTES, TIME_BYTES)
  const mac = context.keys.mac(PURPOSE, body.toString('hex')).subarray(0, MAC_BYTES)
  return Buffer.concat([body, mac]).toString('base64url')
}

function readDevice(context: Keyed, text: string): Device | undefined {
  const bytes = Buffer.from(text, 'base64url')
  if (bytes.length !== BYTES) return undefined
  const body = bytes.subarray(0, BYTES - MAC_BYTES)
  if (!context.keys.verifyMac(PURPOSE, body.toString('hex'), bytes.subarray(BYTES - MAC_BYTES))) return undefined
  const age_ms = context.clock.now().getTime() - body.readUIntBE(ID_BYTES + STAFF_BYTES, TIME_BYTES)
  if (age_ms > DEVICE_DAYS * 86_400_000) return undefined
  return { staff_id: body.readUInt32BE(ID_BYTES), device_id: body.toString('base64url', 0, ID_BYTES) }
}
