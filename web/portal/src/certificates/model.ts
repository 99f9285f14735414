/** What the server tells of certificates. */

export type Facts = {
  readonly subject: string
  readonly issuer: string
  readonly serial_number: string
  readonly valid_from: string
  readonly valid_to: string
}

export type Certificate = {
  readonly certificate_id: number
  readonly subject: string
  readonly issuer: string
  readonly serial_number: string | null
  readonly valid_to: string | null
  readonly added_at: string
  readonly withdrawn_at: string | null
  readonly authorities: readonly Facts[]
}

export type Certificates = {
  readonly certificates: readonly Certificate[]
  readonly last_presented: { readonly subject: string; readonly expires_at: string } | null
  readonly waiting: readonly { readonly approval_id: number; readonly kind: string; readonly expires_at: string }[]
}

const DAY_MS = 86_400_000
const SOON_DAYS = 30

export const daysTo = (at: string): number => Math.floor((Date.parse(at) - Date.now()) / DAY_MS)

/** The first end that matters: of a registered certificate, of the one that is in use, or of an authority above. */
export function endOf({ certificates, last_presented }: Certificates): { at: string; is_soon: boolean } | undefined {
  const active = certificates.filter(({ withdrawn_at }) => withdrawn_at === null)
  const ends = [
    ...active.flatMap(({ valid_to, authorities }) => [valid_to, ...authorities.map((one) => one.valid_to)]),
    last_presented?.expires_at ?? null,
  ].filter((at) => at !== null)
  const at = ends.sort((a, b) => Date.parse(a) - Date.parse(b))[0]
  return at === undefined ? undefined : { at, is_soon: daysTo(at) <= SOON_DAYS }
}
