/**
 * Of a list whose payments are authorised one by one: one is done, and the next waits for the payer's press. Nothing goes
 * on by itself here, so that the payer may stop.
 */
import type { PaymentList, PaymentView } from '../../../src/http/checkout/contract.ts'
import { formatAmount } from './amount.ts'
import { ListHero, ScreenHeading } from './frame.tsx'
import { useSpeech } from './language.tsx'
import { sumsOf, turnOf } from './list.ts'
import { wordsFor } from './messages/messages.ts'
import { PaymentItems } from './payment-list.tsx'
import type { Problem } from './use-actions.ts'

type NextStepProps = {
  readonly view: PaymentView
  readonly list: PaymentList
  readonly sending: boolean
  readonly problem: Problem | undefined
  readonly onNext: () => void
  readonly onStop: () => void
}

export function NextStep({ view, list, sending, problem, onNext, onStop }: NextStepProps) {
  const { words } = useSpeech()
  const said = words.many.list
  const next = turnOf(list)
  const { done, failed, allPaid } = sumsOf(list)
  const progress = (allPaid ? said.progressPaid : said.progressAuthorised)(done.length, list.count)
  return (
    <section className="card">
      <ListHero list={list} />
      <progress className="progress" max={list.count} value={done.length} aria-label={progress} />
      <ScreenHeading key={list.nextNo}>{progress}</ScreenHeading>
      <div role="status">
        {failed > 0 && <p className="say">{said.failed(failed)}</p>}
        {next !== undefined && (
          <p className="say">{said.next(next.no, formatAmount(next.amountMinor), next.creditorName)}</p>
        )}
      </div>
      {(problem !== undefined || view.notice !== undefined) && !sending && (
        <p className="summary" role="alert">
          {problem === undefined
            ? said.refused
            : problem.code === 'NO_ANSWER'
              ? said.noAnswer
              : wordsFor(words.problems, problem.code, 'OTHER')}
        </p>
      )}
      <PaymentItems items={list.items} label={said.count(list.count)} around={list.nextNo} />
      <div className="bar">
        <button type="button" className="button quiet" onClick={onStop} disabled={sending}>
          {said.stop}
        </button>
        {next !== undefined && (
          <button type="button" className="button primary" aria-disabled={sending || undefined} onClick={onNext}>
            {sending && <span className="spinner small-spinner" aria-hidden="true" />}
            {sending ? words.paying : said.authorise(next.no)}
          </button>
        )}
      </div>
    </section>
  )
}
