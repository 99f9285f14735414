/** An uploaded file, whatever it is: by its content, not by its name. */
import { FileRefused, MAX_FILE_BYTES, type ReadFile } from './lines.ts'
import { readPain001 } from './pain001.ts'
import { readTable } from './table.ts'
import { fileText } from './text.ts'

/** @throws FileRefused when nothing of it can be read */
export function readPaymentFile(bytes: Uint8Array): ReadFile {
  if (bytes.length > MAX_FILE_BYTES) throw new FileRefused('Fișierul este prea mare: cel mult 1 MB.')
  const { kind, text, encoding } = fileText(bytes)
  if (kind === 'xml') return readPain001(text)
  const read = readTable(text)
  return encoding === 'UTF-8'
    ? read
    : { ...read, notes: [...read.notes, `Fișierul este scris în ${encoding}; verifică diacriticele.`] }
}

/** The file of a browser's form `multipart/form-data`, field `file`. @throws FileRefused */
export async function uploadedFile(content_type: string | undefined, body: Buffer): Promise<Uint8Array> {
  if (!/^multipart\/form-data\s*;/i.test(content_type ?? '')) throw new FileRefused('Alege un fișier.')
  let file: unknown
  try {
    const form = await new Response(new Uint8Array(body), {
      headers: { 'content-type': content_type ?? '' },
    }).formData()
    file = form.get('file')
  } catch {
    throw new FileRefused('Fișierul nu a ajuns întreg. Încearcă din nou.')
  }
  if (!(file instanceof Blob) || file.size === 0) throw new FileRefused('Alege un fișier care nu este gol.')
  return new Uint8Array(await file.arrayBuffer())
}
