/**
 * Series of payments that a payer agrees to once: a subscription, a purchase in rates, credit topped up when it runs out.
 * plans.ts says what is offered, series.ts how a series stands and what is charged, words.ts, pages.ts and routes.ts are
 * what a browser sees.
 */
import type { Fields } from '../card-api.ts'
import type { Language } from '../cards/words.ts'

export type Plan = {
  readonly plan_id: string
  readonly amount_minor: number
  /** Payments in all, the first one included; absent: until the payer ends it. */
  readonly payments?: number
  /** Between payments; absent: when needed. */
  readonly every?: 'week' | 'month'
  /** `agreement.*` of the card API, without the id. */
  readonly agreement: Fields & { readonly type: 'RECURRING' | 'INSTALLMENT' | 'UNSCHEDULED' }
  readonly words: Record<Language, { readonly name: string; readonly about: string; readonly consent: string }>
}

export const PLANS: readonly Plan[] = [
  {
    plan_id: 'buchetul-saptamanal',
    amount_minor: 5990,
    payments: 12,
    every: 'week',
    agreement: {
      type: 'RECURRING',
      amountVariability: 'FIXED',
      paymentFrequency: 'WEEKLY',
      // The first payment is the payer's own; this counts those that the shop starts.
      numberOfPayments: 11,
      minimumDaysBetweenPayments: 7,
    },
    words: {
      ro: {
        name: 'Buchetul săptămânal',
        about: 'Un buchet de sezon în fiecare săptămână, 12 săptămâni. Prima plată acum.',
        consent:
          'Sunt de acord ca Florăria Ana să-mi păstreze cardul și să încaseze 59,90 lei pe săptămână, de 12 ori cu plata de acum. Pot renunța oricând.',
      },
      en: {
        name: 'The weekly bouquet',
        about: 'A bouquet of the season every week, for 12 weeks. The first payment is now.',
        consent:
          'I agree that Florăria Ana keeps my card and charges RON 59.90 a week, 12 times including today. I can end it at any time.',
      },
    },
  },
  {
    plan_id: 'gradina-in-rate',
    amount_minor: 14990,
    payments: 6,
    every: 'month',
    agreement: {
      type: 'INSTALLMENT',
      amountVariability: 'FIXED',
      paymentFrequency: 'MONTHLY',
      numberOfPayments: 5,
      minimumDaysBetweenPayments: 28,
    },
    words: {
      ro: {
        name: 'Grădina din balcon, în șase rate',
        about:
          'Jardiniere, pământ și 40 de plante: 899,40 lei în șase rate lunare egale, fără dobândă. Prima rată acum.',
        consent:
          'Sunt de acord ca Florăria Ana să-mi păstreze cardul și să încaseze șase rate lunare de 149,90 lei, prima acum.',
      },
      en: {
        name: 'The balcony garden, in six rates',
        about:
          'Planters, soil and 40 plants: RON 899.40 in six equal monthly rates without interest. The first is now.',
        consent: 'I agree that Florăria Ana keeps my card and charges six monthly rates of RON 149.90, the first now.',
      },
    },
  },
  {
    plan_id: 'creditul-de-flori',
    amount_minor: 10000,
    agreement: { type: 'UNSCHEDULED' },
    words: {
      ro: {
        name: 'Creditul de flori',
        about:
          'Un cont din care biroul ia flori când vrea. Când creditul scade sub 20 de lei, se reîncarcă singur cu 100.',
        consent:
          'Sunt de acord ca Florăria Ana să-mi păstreze cardul și să încaseze 100,00 lei de fiecare dată când creditul scade sub 20 de lei. Pot renunța oricând.',
      },
      en: {
        name: 'Flower credit',
        about:
          'An account from which an office takes flowers when it likes. Under 20 lei of credit it tops itself up by 100.',
        consent:
          'I agree that Florăria Ana keeps my card and charges RON 100.00 each time the credit falls under RON 20. I can end it at any time.',
      },
    },
  },
]

export const planById = (plan_id: string | undefined): Plan | undefined =>
  PLANS.find((plan) => plan.plan_id === plan_id)

/** When payment number `place` falls due, 0 being the first; a month that is too short gives its last day. */
export function dueAt(first_at: string, every: 'week' | 'month', place: number): string {
  const first = new Date(first_at)
  if (every === 'week') return new Date(first.getTime() + place * 7 * 86_400_000).toISOString()
  const due = new Date(first)
  due.setUTCDate(1)
  due.setUTCMonth(due.getUTCMonth() + place)
  const last_day = new Date(Date.UTC(due.getUTCFullYear(), due.getUTCMonth() + 1, 0)).getUTCDate()
  due.setUTCDate(Math.min(first.getUTCDate(), last_day))
  return due.toISOString()
}
