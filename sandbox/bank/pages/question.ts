/** What a payer is asked on the bank's pages: to authorise, or to confirm a cancellation. */
import type { Payment } from '../book/entries.ts'
import type { Order } from '../book/order.ts'
import type { Context } from '../xs2a/payments.ts'
import { orderDetails, orderIntro } from './details.ts'

export type Question = {
  readonly title: string
  /** Over the login form, HTML. */
  readonly intro: () => string
  /** What is agreed to, HTML. */
  readonly details: () => string
  readonly agree_words: string
  readonly refuse_words: string
  /** Only the owner of this account may answer. */
  readonly debtor_iban: string
  /** Whether it still waits for an answer. */
  isOpen(): boolean
  /** The login of the person who agreed. */
  agreedBy(): string | undefined
  /** Why it waits no more, in Romanian. */
  closedText(): string
  /** The payer has logged in. */
  entered(): void
  agree(login: string): void
  refuse(text: string): void
}

const AUTHORISE_WORDS: Readonly<Record<Order['service'], string>> = {
  payments: 'Autorizează plata',
  'bulk-payments': 'Autorizează plățile',
  'periodic-payments': 'Autorizează plata recurentă',
}

export function authorisationQuestion({ config, lifecycle }: Context, payment: Payment): Question {
  const { order } = payment
  const isOpen = () => payment.outcome === undefined && payment.authorised_at === undefined
  return {
    title: AUTHORISE_WORDS[order.service],
    intro: () => orderIntro(order),
    details: () =>
      `<p class="quiet">${order.service === 'bulk-payments' ? 'Suma totală' : 'Suma'}</p>${orderDetails(order)}`,
    agree_words: AUTHORISE_WORDS[order.service],
    refuse_words: 'Refuză',
    debtor_iban: order.debtor_iban,
    isOpen,
    agreedBy: () => payment.authorised_by,
    closedText: () =>
      payment.authorised_at === undefined
        ? (payment.outcome?.text ?? 'Plata a fost anulată.')
        : 'Plata a fost deja autorizată.',
    entered() {
      if (!isOpen()) return
      if (config.quirks.account_chosen_status === undefined) payment.sca_status = 'psuAuthenticated'
      else lifecycle.chooseAccount(payment)
    },
    agree: (login) => void lifecycle.authorise(payment, login),
    refuse: (text) => void lifecycle.refuse(payment, text),
  }
}

/** @param sca_key of the cancellation that the payer was led to; an older one is closed */
export function cancellationQuestion({ book, lifecycle }: Context, payment: Payment, sca_key: string): Question {
  const { order, payment_id } = payment
  const asked = () => (payment.cancellation?.sca_key === sca_key ? payment.cancellation : undefined)
  const isOpen = () =>
    ['received', 'psuAuthenticated'].includes(asked()?.sca_status ?? '') && lifecycle.canCancel(payment)
  const cancelled = () => payment.outcome?.status === 'CANC'
  return {
    title: order.schedule === undefined ? 'Confirmă anularea' : 'Oprește plata recurentă',
    intro: () => `<p>Anulare.</p>${orderIntro(order)}`,
    details: () =>
      `<p>${order.schedule === undefined ? 'Plata nu va mai fi executată.' : 'Nu se va mai plăti nimic de acum înainte.'}</p>${orderDetails(order)}`,
    agree_words: 'Confirmă anularea',
    refuse_words: 'Păstrează plata',
    debtor_iban: order.debtor_iban,
    isOpen,
    agreedBy: () => (cancelled() ? payment.authorised_by : undefined),
    closedText: () => (cancelled() ? 'Plata a fost anulată.' : 'Anularea nu mai așteaptă confirmare.'),
    entered() {
      const cancellation = asked()
      if (cancellation !== undefined && isOpen()) cancellation.sca_status = 'psuAuthenticated'
    },
    agree() {
      if (isOpen()) lifecycle.cancel(payment)
    },
    refuse() {
      if (isOpen()) book.record({ kind: 'cancellation_refused', at: Date.now(), payment_id })
    },
  }
}
