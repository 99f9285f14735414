/** The bytes of a file as text: what it is by its content, and in which encoding it was written. */
import { FileRefused } from './lines.ts'

export type FileText = { readonly kind: 'csv' | 'xml'; readonly text: string; readonly encoding: string }

const UTF8 = 'UTF-8'
/** Beginnings of files that people upload by mistake. */
const OTHERS: readonly { bytes: readonly number[]; says: string }[] = [
  {
    bytes: [0x50, 0x4b, 0x03, 0x04],
    says: 'Acesta este un fișier Excel (sau o arhivă). Salvează foaia ca CSV și încarcă fișierul CSV.',
  },
  {
    bytes: [0xd0, 0xcf, 0x11, 0xe0],
    says: 'Acesta este un fișier Excel vechi. Salvează foaia ca CSV și încarcă fișierul CSV.',
  },
  { bytes: [0x25, 0x50, 0x44, 0x46], says: 'Acesta este un PDF. Încarcă lista ca CSV sau ca pain.001.' },
]

/**
 * What the content says, whatever the name and the browser say. Spreadsheets of Romania write UTF-8 with or without a mark,
 * UTF-16 with one ("Unicode text"), Windows-1250 or ISO-8859-2; the last two differ only in 0x80 to 0x9F, which are
 * quotation marks and dashes in the one and controls in the other.
 * @throws FileRefused
 */
export function fileText(bytes: Uint8Array): FileText {
  if (bytes.length === 0) throw new FileRefused('Fișierul este gol.')
  const other = OTHERS.find(({ bytes: begins }) => begins.every((byte, index) => bytes[index] === byte))
  if (other !== undefined) throw new FileRefused(other.says)
  const { text, encoding } = decode(bytes)
  if (text.includes('\0')) throw new FileRefused('Fișierul nu este un text: nici CSV, nici pain.001.')
  if (text.trim() === '') throw new FileRefused('Fișierul este gol.')
  return { kind: /^\s*</.test(text) ? 'xml' : 'csv', text, encoding }
}

function decode(bytes: Uint8Array): { text: string; encoding: string } {
  // TextDecoder leaves the mark out.
  if (bytes[0] === 0xff && bytes[1] === 0xfe)
    return { text: new TextDecoder('utf-16le').decode(bytes), encoding: 'UTF-16' }
  if (bytes[0] === 0xfe && bytes[1] === 0xff)
    return { text: new TextDecoder('utf-16be').decode(bytes), encoding: 'UTF-16' }
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), encoding: UTF8 }
  } catch {
    const encoding = bytes.some((byte) => byte >= 0x80 && byte <= 0x9f) ? 'windows-1250' : 'iso-8859-2'
    return {
      text: new TextDecoder(encoding).decode(bytes),
      encoding: encoding === 'iso-8859-2' ? 'ISO-8859-2' : 'Windows-1250',
    }
  }
}
