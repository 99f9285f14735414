/** Checking a person's login, and that a form was posted from the bank's own page. */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Account, Book } from '../book/book.ts'
import { readBody } from '../http.ts'

const MAX_FORM_BYTES = 8 * 1024

export type LoginAnswer =
  | { readonly ok: true; readonly account: Account }
  | { readonly ok: false; readonly wrong: boolean; readonly text: string }

const sha256 = (text: string) => createHash('sha256').update(text).digest()

/** `wrong` marks a failed attempt, as against a person the bank knows and does not let in. */
export function checkLogin(book: Book, form: URLSearchParams): LoginAnswer {
  const account = book.accountByLogin((form.get('login') ?? '').trim().toLowerCase())
  const matches = timingSafeEqual(sha256(form.get('password') ?? ''), sha256(account?.person.password ?? ''))
  if (account === undefined || !matches) return { ok: false, wrong: true, text: 'Utilizator sau parolă greșite.' }
  if (account.person.character === 'expired') {
    return { ok: false, wrong: false, text: 'Parola a expirat. Schimbă parola la bancă, apoi încearcă din nou.' }
  }
  if (account.person.character === 'locked')
    return { ok: false, wrong: false, text: 'Accesul este blocat. Sună la bancă.' }
  return { ok: true, account }
}

/** Fields of a posted form. Throws BodyTooLarge. */
export async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  return new URLSearchParams((await readBody(request, MAX_FORM_BYTES)).toString('utf8'))
}

/** False when a browser says that another site posted the form (programs send no Origin). */
export function fromOwnPage(request: IncomingMessage): boolean {
  const origin = request.headers.origin
  return origin === undefined || URL.parse(origin)?.host === request.headers.host
}
