/**
 * Parts of a document are sealed under a key of its own (AES-256-GCM), which is sealed with its name under the installation's:
 * a new installation key reseals one small value a document, and a document whose row is gone cannot be opened by anybody.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import type { Keys } from '../../../infra/keys/keys.ts'
import { casePlace } from '../sealed.ts'
import type { DocumentRow } from './store.ts'

const IV = 12
const TAG = 16

export type DocumentFacts = { readonly name: string; readonly key: Buffer }
export type PartKey = { readonly case_id: number; readonly document_id: number; readonly part_no: number }

export const newDocumentKey = (): Buffer => randomBytes(32)

export function sealFacts(
  keys: Pick<Keys, 'seal'>,
  { case_id, document_id }: Pick<DocumentRow, 'case_id' | 'document_id'>,
  { name, key }: DocumentFacts,
): Buffer {
  const facts = JSON.stringify({ name, key: key.toString('base64') })
  return keys.seal(facts, casePlace('case_documents.facts_enc', case_id, document_id))
}

export function openFacts(
  keys: Pick<Keys, 'open'>,
  row: Pick<DocumentRow, 'case_id' | 'document_id' | 'facts_enc'>,
): DocumentFacts {
  const place = casePlace('case_documents.facts_enc', row.case_id, row.document_id)
  const { name, key } = JSON.parse(keys.open(row.facts_enc, place)) as { name: string; key: string }
  return { name, key: Buffer.from(key, 'base64') }
}

const about = ({ case_id, document_id, part_no }: PartKey) =>
  Buffer.from(`case-document:${case_id}:${document_id}:${part_no}`)

// The key serves one document, so few random IVs that they cannot meet.
export function sealPart(key: Buffer, at: PartKey, bytes: Buffer): Buffer {
  const iv = randomBytes(IV)
  const cipher = createCipheriv('aes-256-gcm', key, iv)
  cipher.setAAD(about(at))
  return Buffer.concat([iv, cipher.update(bytes), cipher.final(), cipher.getAuthTag()])
}

/** @throws Error when it was altered or is of another place */
export function openPart(key: Buffer, at: PartKey, sealed: Buffer): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, IV), { authTagLength: TAG })
  decipher.setAAD(about(at))
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG))
  return Buffer.concat([decipher.update(sealed.subarray(IV, sealed.length - TAG)), decipher.final()])
}
