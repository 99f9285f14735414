/** When a payment is made: a series, a day to come; and until when its link lives. */

import type { PaymentView } from '../../../src/http/checkout/contract.ts'
import { useSpeech } from './language.tsx'
import type { Language } from './messages/messages.ts'
import { dayInWords, scheduleInWords } from './messages/plain-words.ts'

/** Nothing where the payment is made at once. */
export function WhenItIsPaid({ view }: { readonly view: PaymentView }) {
  const { words, language } = useSpeech()
  const { recurring, later } = words.many
  if (view.schedule !== undefined) {
    return (
      <section className="when">
        <h2>{recurring.heading}</h2>
        <p>{recurring.say(scheduleInWords(language, view.schedule))}</p>
        <p className="small muted">{recurring.about(view.partner.name)}</p>
      </section>
    )
  }
  if (view.executionDate === undefined) return undefined
  return (
    <section className="when">
      <h2>{later.heading}</h2>
      <p>{later.say(dayInWords(language, view.executionDate))}</p>
      <p className="small muted">{later.about}</p>
    </section>
  )
}

export function LinkBanner({ until }: { readonly until: Date }) {
  const { words, language } = useSpeech()
  const { day, time } = momentInWords(language, until)
  return <p className="link-banner small">{words.many.link.until(words.many.link.moment(day, time))}</p>
}

/** Day and time by the payer's clock. */
export function momentInWords(language: Language, at: Date): { day: string; time: string; today: boolean } {
  const two = (count: number) => String(count).padStart(2, '0')
  const date = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`
  return {
    day: dayInWords(language, date),
    time: at.toLocaleTimeString(language, { hour: '2-digit', minute: '2-digit' }),
    today: at.toDateString() === new Date().toDateString(),
  }
}
