/**
 * The page's calls. The payment's `state` travels in a header, never in the address of a call; what the payer
 * typed travels in the body alone.
 */
import type {
  NextRequest,
  PaymentProgress,
  PaymentView,
  Refusal,
  SubmitRequest,
} from '../../../src/http/checkout/contract.ts'
import type { PaymentLink } from './links.ts'
import { viewAfter } from './progress.ts'

/**
 * no_answer: the network failed, the time ran out, or what came back cannot be read; whether the server acted is
 * not known. refused: the server said no, and why.
 */
export type Failure =
  | { readonly kind: 'no_answer' }
  | { readonly kind: 'refused'; readonly status: number; readonly refusal: Refusal; readonly retryAfterMs?: number }

export type Answer<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: Failure }

const READ_TIMEOUT_MS = 15_000
/** The server asks the bank while we wait; banks may take half a minute. */
const SUBMIT_TIMEOUT_MS = 45_000

/** What the page was told before: of a list it has, only how it stands comes anew. */
type Known = PaymentView | undefined

export function readPayment(link: PaymentLink, known: Known): Promise<Answer<PaymentView>> {
  return call(link, part(known), {}, READ_TIMEOUT_MS, (response) => asView(response, known))
}

export function submitPayment(link: PaymentLink, request: SubmitRequest, known: Known): Promise<Answer<PaymentView>> {
  return send(link, '/submit', request, SUBMIT_TIMEOUT_MS, known)
}

export function submitNext(link: PaymentLink, request: NextRequest, known: Known): Promise<Answer<PaymentView>> {
  return send(link, '/next', request, SUBMIT_TIMEOUT_MS, known)
}

export function abandonPayment(link: PaymentLink, known: Known): Promise<Answer<PaymentView>> {
  return send(link, '/abandon', {}, READ_TIMEOUT_MS, known)
}

const part = (known: Known): string => (known?.list === undefined ? '' : '?part=progress')

function send(link: PaymentLink, path: string, body: object, timeoutMs: number, known: Known) {
  const init = { method: 'POST', body: JSON.stringify(body) } as const
  return call(link, `${path}${part(known)}`, init, timeoutMs, (response) => asView(response, known))
}

/** The QR code of the page's own address, as SVG text. */
export function readQrCode(link: PaymentLink): Promise<Answer<string>> {
  return call(link, '/qr', {}, READ_TIMEOUT_MS, (response) => response.text())
}

async function call<T>(
  link: PaymentLink,
  path: string,
  init: { readonly method?: 'POST'; readonly body?: string },
  timeoutMs: number,
  read: (response: Response) => Promise<T>,
): Promise<Answer<T>> {
  try {
    const response = await fetch(`/checkout/api/payments/${link.paymentId}${path}`, {
      ...init,
      headers: { 'Payment-State': link.state, ...(init.body ? { 'Content-Type': 'application/json' } : {}) },
      cache: 'no-store',
      redirect: 'error',
      referrerPolicy: 'no-referrer',
      signal: AbortSignal.timeout(timeoutMs),
    })
    if (response.ok) return { ok: true, value: await read(response) }
    return { ok: false, failure: await refusalOf(response) }
  } catch {
    return { ok: false, failure: { kind: 'no_answer' } }
  }
}

async function asView(response: Response, known: Known): Promise<PaymentView> {
  const view = viewAfter(known, (await response.json()) as PaymentView | PaymentProgress)
  if (typeof view.step !== 'string' || typeof view.partner !== 'object') throw new TypeError('not a payment view')
  return view
}

async function refusalOf(response: Response): Promise<Failure> {
  const refusal = (await response.json()) as Refusal
  // A proxy's error page in JSON is no refusal of ours: nothing is known.
  if (typeof refusal.code !== 'string') return { kind: 'no_answer' }
  const seconds = Number(response.headers.get('Retry-After') ?? '')
  const retry = seconds > 0 ? { retryAfterMs: Math.min(seconds, 60) * 1000 } : {}
  return { kind: 'refused', status: response.status, refusal, ...retry }
}
