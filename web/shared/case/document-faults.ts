/** What is wrong with a file that was not taken, and what to do: one sentence each, in both languages. */
import { ApiError } from '../api.ts'
import type { Language } from '../texts.tsx'
import type { Words } from './field.ts'
import type { DocumentFault } from './model.ts'

type Fault = DocumentFault | 'gone'

const FAULTS: Readonly<Record<Fault, Words>> = {
  too_large: {
    ro: 'Are peste 10 MB. Micșorează-l sau împarte-l în mai multe fișiere.',
    en: 'It is over 10 MB. Make it smaller, or split it into several files.',
  },
  empty: { ro: 'Este gol. Alege din nou fișierul.', en: 'It is empty. Choose the file again.' },
  unknown_type: {
    ro: 'Nu este PDF, JPEG sau PNG. Salvează-l ca PDF sau trimite o poză.',
    en: 'It is no PDF, JPEG or PNG. Save it as a PDF, or send a picture.',
  },
  name_lies: {
    ro: 'Numele spune PDF, JPEG sau PNG, dar conținutul este altceva. Deschide-l în programul cu care a fost făcut și salvează-l ca PDF.',
    en: 'Its name says PDF, JPEG or PNG, its content is something else. Open it in the program that made it, and save it as a PDF.',
  },
  broken: {
    ro: 'Este deteriorat sau nu este întreg. Scanează-l, salvează-l sau descarcă-l din nou.',
    en: 'It is damaged or not whole. Scan, save or download it again.',
  },
  encrypted: {
    ro: 'PDF-ul este protejat cu parolă. Salvează-l fără parolă și trimite-l din nou.',
    en: 'The PDF is protected by a password. Save it without one and send it again.',
  },
  script: {
    ro: 'PDF-ul conține un script sau o acțiune care pornește singură. Tipărește-l în alt PDF („Salvare ca PDF”) și trimite-l pe acela.',
    en: 'The PDF holds a script, or an action that runs by itself. Print it to another PDF (“Save as PDF”) and send that one.',
  },
  form: {
    ro: 'PDF-ul este un formular care rulează sau trimite date. Tipărește-l, completat, în alt PDF („Salvare ca PDF”) și trimite-l pe acela.',
    en: 'The PDF is a form that runs or sends data. Print it, filled in, to another PDF (“Save as PDF”) and send that one.',
  },
  attachment: {
    ro: 'În PDF este ascuns alt fișier. Tipărește-l în alt PDF („Salvare ca PDF”) și trimite separat ce era atașat.',
    en: 'Another file is inside the PDF. Print it to another PDF (“Save as PDF”), and send what was attached on its own.',
  },
  opens_something: {
    ro: 'PDF-ul deschide un program, un film sau alt fișier. Tipărește-l în alt PDF („Salvare ca PDF”) și trimite-l pe acela.',
    en: 'The PDF opens a program, a film or another file. Print it to another PDF (“Save as PDF”) and send that one.',
  },
  hidden_content: {
    ro: 'PDF-ul este scris astfel încât nu se poate verifica ce conține. Tipărește-l în alt PDF („Salvare ca PDF”) și trimite-l pe acela.',
    en: 'The PDF is written so that what it holds cannot be checked. Print it to another PDF (“Save as PDF”) and send that one.',
  },
  unfolds_too_far: {
    ro: 'Despachetat, PDF-ul ar deveni uriaș. Tipărește-l în alt PDF („Salvare ca PDF”) și trimite-l pe acela.',
    en: 'Unpacked, the PDF would become huge. Print it to another PDF (“Save as PDF”) and send that one.',
  },
  too_many_pixels: {
    ro: 'Imaginea are prea mulți pixeli. Scaneaz-o la 300 dpi sau micșoreaz-o.',
    en: 'The picture has too many pixels. Scan it at 300 dpi, or make it smaller.',
  },
  gone: {
    ro: 'Nu a putut fi trimis. Verifică legătura la rețea și încearcă din nou.',
    en: 'It could not be sent. Check the network and try again.',
  },
}

export const documentFault = (fault: Fault, language: Language): string => FAULTS[fault][language]

/** Which of them a refusal is; undefined: another kind of refusal, which has words of its own. */
export function documentFaultOf(error: unknown): Fault | undefined {
  if (!(error instanceof ApiError) || error.status === 0) return 'gone'
  if (error.code === 'BODY_TOO_LARGE') return 'too_large'
  const code = error.code === 'DOCUMENT_REFUSED' ? error.faults[0]?.code : undefined
  return code !== undefined && code in FAULTS ? (code as Fault) : undefined
}
