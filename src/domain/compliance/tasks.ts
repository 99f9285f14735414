/** For the worker: what time brings to cases. */
import { type EraseContext, eraseDue } from './retention/erase.ts'
import { type ReviewContext, remindOfReviews } from './review/review.ts'
import { withdrawStale } from './review/stale.ts'

/** @returns the tasks and when they run (UTC) */
export function complianceTasks(context: ReviewContext & EraseContext): {
  tasks: Record<string, () => Promise<void>>
  crontab: string
} {
  return {
    tasks: {
      async remind_of_reviews() {
        await remindOfReviews(context)
      },
      async withdraw_stale_cases() {
        await withdrawStale(context)
      },
      async erase_cases() {
        await eraseDue(context)
      },
    },
    // Reminders in the morning; a batch an hour, so that many are reminded on one day.
    crontab: [
      '11 5-9 * * * remind_of_reviews ?max=1',
      '31 2 * * * withdraw_stale_cases ?max=1',
      '47 0-4 * * * erase_cases ?max=1',
    ].join('\n'),
  }
}
