/** Lists of rows as statements of many read them: JSON for `json_to_recordset`. */

/** As PostgreSQL reads `bytea` from text. */
export const byteaText = (bytes: Buffer | null | undefined): string | null =>
  bytes == null ? null : `\\x${bytes.toString('hex')}`

/** In one order everywhere, so that two statements that hold the same payments do not wait for each other in a circle. */
export const inOrder = (list: readonly { readonly payment_id: number }[]): string =>
  JSON.stringify(list.toSorted((one, other) => one.payment_id - other.payment_id))
