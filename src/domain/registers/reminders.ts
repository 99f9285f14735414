/** What is due, and the mails that tell compliance before it is. */
import type { Context } from '../context.ts'
import { openPerson } from '../staff/person.ts'
import { listStaffRows } from '../staff/store.ts'
import { type Deadline, reminderStep } from './deadlines.ts'
import { listIncidents } from './incident.ts'
import { fraudPeriods, type Reporting } from './report.ts'
import { insertReminder, isReminded } from './store.ts'

type Reminding = Reporting &
  Pick<Context, 'mail' | 'log'> & { readonly settings: { readonly PUNTE_OFFICE_URL: string } }

/** Everything that is due or overdue, the soonest first. */
export async function listDeadlines(context: Reporting): Promise<Deadline[]> {
  const [{ incidents }, periods] = await Promise.all([listIncidents(context, { state: 'open' }), fraudPeriods(context)])
  const of_incidents = incidents.flatMap(({ next }) => (next === undefined ? [] : [next]))
  const of_fraud = periods
    .filter(({ has_ended, is_submitted }) => has_ended && !is_submitted)
    .map(({ subject, due_at }) => ({ register: 'fraud', subject, stage: 'half-year', due_at }) as const)
  return [...of_incidents, ...of_fraud].sort((one, other) => one.due_at.getTime() - other.due_at.getTime())
}

/**
 * Each reminder is sent once to everybody of compliance; one that could not be sent to all is tried again.
 * @returns how many reminders were sent
 */
export async function remind(context: Reminding): Promise<number> {
  let sent = 0
  for (const deadline of await listDeadlines(context)) {
    const step = reminderStep(deadline, context.clock.now())
    if (step === undefined || (await isReminded(context.db, { ...deadline, step }))) continue
    const people = await complianceAddresses(context)
    if (people.length === 0) {
      context.log.warn({ register: deadline.register, stage: deadline.stage }, 'nobody of compliance can be reminded')
      continue
    }
    const results = await Promise.allSettled(
      people.map((to) => context.mail.send({ to, ...mailOf(context, deadline, step) })),
    )
    if (results.some(({ status }) => status === 'rejected')) {
      context.log.warn({ register: deadline.register, stage: deadline.stage }, 'a reminder was not accepted')
      continue
    }
    await insertReminder(context.db, { ...deadline, step }, context.clock.now())
    sent += 1
  }
  return sent
}

async function complianceAddresses(context: Reminding): Promise<string[]> {
  const staff = await listStaffRows(context.db, null)
  return staff
    .filter(({ role, status }) => role === 'compliance' && status === 'active')
    .map((row) => openPerson(context.keys, row).email)
}

const WHAT: Readonly<Record<Deadline['stage'], string>> = {
  classification: 'încadrarea incidentului (major sau nu)',
  initial: 'notificarea inițială a incidentului',
  intermediate: 'raportul intermediar al incidentului',
  final: 'raportul final al incidentului',
  'half-year': 'raportarea fraudelor pe semestrul',
}

const ROMANIAN_TIME = new Intl.DateTimeFormat('ro-RO', {
  timeZone: 'Europe/Bucharest',
  dateStyle: 'long',
  timeStyle: 'short',
})

function mailOf({ settings }: Reminding, deadline: Deadline, step: string) {
  const { register, subject, stage, due_at } = deadline
  const what = `${WHAT[stage]} ${subject}`
  const due = ROMANIAN_TIME.format(due_at)
  const path =
    stage === 'classification' ? `registers/incidents/${subject}` : `registers/reports/${register}/${subject}/${stage}`
  const link = `${settings.PUNTE_OFFICE_URL}/office/${path}`
  const is_late = step === 'overdue'
  const lines = [is_late ? `Termenul a trecut: ${what}.` : `Urmează un termen: ${what}.`, `Până la: ${due}.`, link]
  return {
    subject: is_late ? `Termen depășit: ${what}` : `Termen ${due}: ${what}`,
    text: lines.join('\n\n'),
    // Numbers and fixed words alone: nothing that anybody typed.
    html: lines.map((line) => `<p>${line === link ? `<a href="${link}">${link}</a>` : line}</p>`).join('\n'),
    message_id: `register-${register}-${subject}-${stage}-${due_at.getTime()}-${step}@punte`,
  }
}

/** For the worker: the task and when it runs. */
export function registerTasks(context: Reminding): { tasks: Record<string, () => Promise<void>>; crontab: string } {
  return {
    tasks: {
      async remind_of_deadlines() {
        await remind(context)
      },
    },
    crontab: '*/10 * * * * remind_of_deadlines ?max=2&jobKey=remind_of_deadlines',
  }
}
