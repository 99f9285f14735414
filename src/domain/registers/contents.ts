/**
 * What reports say. Of incidents: the headings of Delegated Regulation (EU) 2025/301, Articles 2 to 4, as free text. Of fraud:
 * annex 2, table H of EBA/GL/2018/05 (as amended by EBA/GL/2020/01; EBA Q&A 2019_5041): payments initiated and executed, and the
 * fraudulent ones among them, by number and value, by area, channel and authentication; all of them are credit transfers.
 * By type of fraud is for the institution's own record; table H does not ask for it.
 */
import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'
import { PunteError } from '../errors.ts'
import type { Criterion, IncidentFacts } from './classification.ts'
import type { Stage } from './deadlines.ts'
import type { ReportKey } from './store.ts'

type Heading = { readonly name: string; readonly required?: true }

/** In the order of the form. */
export const HEADINGS: Readonly<Record<Stage, readonly Heading[]>> = {
  initial: [
    { name: 'reference', required: true },
    { name: 'detected', required: true },
    { name: 'description', required: true },
    { name: 'criteria', required: true },
    { name: 'member_states' },
    { name: 'discovery' },
    { name: 'origin' },
    { name: 'continuity' },
    { name: 'contact', required: true },
    { name: 'other' },
  ],
  intermediate: [
    { name: 'reference', required: true },
    { name: 'authority_reference' },
    { name: 'occurred', required: true },
    { name: 'recovered' },
    { name: 'criteria', required: true },
    { name: 'type', required: true },
    { name: 'techniques' },
    { name: 'areas', required: true },
    { name: 'infrastructure' },
    { name: 'clients' },
    { name: 'other_authorities' },
    { name: 'measures', required: true },
    { name: 'compromise' },
  ],
  final: [
    { name: 'reference', required: true },
    { name: 'authority_reference' },
    { name: 'cause', required: true },
    { name: 'duties' },
    { name: 'agreements' },
    { name: 'resolution', required: true },
    { name: 'resolved', required: true },
    { name: 'cost', required: true },
    { name: 'recoveries' },
    { name: 'recurring' },
    { name: 'lessons' },
  ],
}

export type IncidentContent = Readonly<Record<string, string>>

export const AREAS = ['domestic', 'eea', 'other'] as const
export const CHANNELS = ['remote_sca', 'remote_other', 'present_sca', 'present_other'] as const

const count = Type.Integer({ minimum: 0, maximum: 1e15 })
const Cell = Type.Object(
  { payment_count: count, payment_minor: count, fraud_count: count, fraud_minor: count },
  { additionalProperties: false },
)
const Area = Type.Object(
  { remote_sca: Cell, remote_other: Cell, present_sca: Cell, present_other: Cell },
  { additionalProperties: false },
)
const FraudType = Type.Object({ fraud_count: count, fraud_minor: count }, { additionalProperties: false })

export const FraudContent = Type.Object(
  {
    areas: Type.Object({ domestic: Area, eea: Area, other: Area }, { additionalProperties: false }),
    types: Type.Object({ unauthorised: FraudType, manipulated: FraudType }, { additionalProperties: false }),
    note: Type.Optional(Type.String({ maxLength: 4_000 })),
  },
  { additionalProperties: false },
)
export type FraudContent = Static<typeof FraudContent>
export type Content = IncidentContent | FraudContent

const MAX_TEXT = 8_000

/** Of what shape it is; not whether it is complete. @throws PunteError FIELD_INVALID */
export function checkContent({ register, stage }: Pick<ReportKey, 'register' | 'stage'>, content: unknown): Content {
  if (register === 'fraud') {
    if (!Value.Check(FraudContent, content)) throw new PunteError('FIELD_INVALID', { field: 'content' })
    return content
  }
  const given = Object.entries((content ?? {}) as Record<string, unknown>)
  const names = HEADINGS[stage as Stage].map(({ name }) => name)
  for (const [name, text] of given) {
    if (!names.includes(name) || typeof text !== 'string' || text.length > MAX_TEXT)
      throw new PunteError('FIELD_INVALID', { field: name.slice(0, 50) })
  }
  return Object.fromEntries(given.map(([name, text]) => [name, (text as string).normalize('NFC').trim()]))
}

/** What must be there before it is submitted. @throws PunteError FIELD_REQUIRED, FIELD_INVALID with the first that is not */
export function checkComplete({ register, stage }: Pick<ReportKey, 'register' | 'stage'>, content: Content): void {
  if (register === 'fraud') {
    checkSums(content as FraudContent)
    return
  }
  const texts = content as IncidentContent
  const missing = HEADINGS[stage as Stage].find(({ name, required }) => required === true && (texts[name] ?? '') === '')
  if (missing !== undefined) throw new PunteError('FIELD_REQUIRED', { field: missing.name })
}

function checkSums({ areas, types }: FraudContent): void {
  const cells = AREAS.flatMap((area) =>
    CHANNELS.map((channel) => ({ name: `${area}.${channel}`, ...areas[area][channel] })),
  )
  const excess = cells.find((cell) => cell.fraud_count > cell.payment_count || cell.fraud_minor > cell.payment_minor)
  if (excess !== undefined)
    throw new PunteError('FIELD_INVALID', { field: excess.name, text: 'More fraudulent payments than payments.' })
  for (const what of ['fraud_count', 'fraud_minor'] as const) {
    const by_channel = cells.reduce((sum, cell) => sum + cell[what], 0)
    if (by_channel !== types.unauthorised[what] + types.manipulated[what])
      throw new PunteError('FIELD_INVALID', {
        field: 'types',
        text: 'The frauds by type and by channel do not come to the same.',
      })
  }
}

/** Reports to the authority are in Romanian. Delegated Regulation (EU) 2024/1772, Article 9. */
const CRITERIA_WORDS: Readonly<Record<Criterion, string>> = {
  clients: 'clienți, contrapărți financiare și tranzacții (art. 9 alin. 1)',
  reputation: 'impact asupra reputației (art. 9 alin. 2)',
  duration: 'durata și indisponibilitatea serviciului (art. 9 alin. 3)',
  geography: 'întindere geografică (art. 9 alin. 4)',
  data: 'pierderi de date (art. 9 alin. 5 lit. a)',
  access: 'acces rău-intenționat și neautorizat (art. 9 alin. 5 lit. b)',
  cost: 'impact economic (art. 9 alin. 6)',
}

const ROMANIAN_TIME = new Intl.DateTimeFormat('ro-RO', {
  timeZone: 'Europe/Bucharest',
  dateStyle: 'long',
  timeStyle: 'short',
})

/** What a first report can already say, from what is known of the incident or stood in the report before. */
export function proposedOf(
  stage: Stage,
  incident: {
    readonly incident_id: number
    readonly aware_at: Date
    readonly facts: IncidentFacts
    readonly met: readonly Criterion[]
  },
  before: IncidentContent | undefined,
): IncidentContent {
  const { facts, aware_at } = incident
  const known: IncidentContent = {
    reference: `PUNTE-${aware_at.getUTCFullYear()}-${incident.incident_id}`,
    criteria: incident.met.map((criterion) => CRITERIA_WORDS[criterion]).join('; '),
    ...(stage === 'initial' && {
      detected: `${ROMANIAN_TIME.format(aware_at)} (ora României)`,
      description: [facts.title, facts.description ?? ''].join('\n').trim(),
      member_states: facts.member_states === undefined ? '' : String(facts.member_states),
    }),
    ...(stage === 'final' && facts.cost_eur !== undefined && { cost: `${facts.cost_eur} EUR` }),
    ...before,
  }
  const names = HEADINGS[stage].map(({ name }) => name)
  return Object.fromEntries(Object.entries(known).filter(([name]) => names.includes(name)))
}

/** Everything that was executed was initiated over the internet, authorised by its payer at a bank in Romania. */
export function proposedFraud(executed: {
  readonly settled_count: number
  readonly settled_minor: number
}): FraudContent {
  const none = () => ({ payment_count: 0, payment_minor: 0, fraud_count: 0, fraud_minor: 0 })
  const area = () => ({ remote_sca: none(), remote_other: none(), present_sca: none(), present_other: none() })
  const domestic = area()
  domestic.remote_sca = { ...none(), payment_count: executed.settled_count, payment_minor: executed.settled_minor }
  return {
    areas: { domestic, eea: area(), other: area() },
    types: {
      unauthorised: { fraud_count: 0, fraud_minor: 0 },
      manipulated: { fraud_count: 0, fraud_minor: 0 },
    },
  }
}
