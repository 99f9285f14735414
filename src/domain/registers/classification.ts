/**
 * Whether an incident is a major one: Delegated Regulation (EU) 2024/1772, Articles 8 and 9. Major is what has affected
 * critical services (Article 6) and where either somebody got in maliciously and data may be lost (Article 9(5)(b)), or two
 * or more of the other thresholds are met. What is not known is left out, and counts as not met.
 */
import { type Static, Type } from 'typebox'

const count = Type.Optional(Type.Integer({ minimum: 0, maximum: 1e15 }))
const yes = Type.Optional(Type.Boolean())
const words = (maxLength: number) => Type.Optional(Type.String({ maxLength }))

/** What staff know of an incident. Sums in bani, durations in hours. */
export const IncidentFacts = Type.Object(
  {
    title: Type.String({ minLength: 1, maxLength: 150 }),
    description: words(8_000),
    /** Services that support critical functions, or the authorised service itself. */
    critical_services: yes,
    clients_affected: count,
    clients_total: count,
    counterparts_affected: count,
    counterparts_total: count,
    transactions_affected: count,
    transactions_daily_mean: count,
    affected_minor: count,
    daily_mean_minor: count,
    /** A client or counterpart that matters of itself is hit. */
    relevant_client: yes,
    in_media: yes,
    repeated_complaints: yes,
    duties_at_risk: yes,
    clients_lost: yes,
    duration_h: Type.Optional(Type.Number({ minimum: 0, maximum: 100_000 })),
    downtime_h: Type.Optional(Type.Number({ minimum: 0, maximum: 100_000 })),
    member_states: Type.Optional(Type.Integer({ minimum: 0, maximum: 30 })),
    /** Availability, authenticity, integrity or confidentiality of data, with effect on the business or its duties. */
    data_lost: yes,
    malicious_access: yes,
    cost_eur: count,
  },
  { additionalProperties: false },
)
export type IncidentFacts = Static<typeof IncidentFacts>

export const CRITERIA = ['clients', 'reputation', 'duration', 'geography', 'data', 'access', 'cost'] as const
export type Criterion = (typeof CRITERIA)[number]

export type Judgement = { readonly is_major: boolean; readonly met: readonly Criterion[] }

export function judge(facts: IncidentFacts): Judgement {
  const met = CRITERIA.filter((criterion) => MET[criterion](facts))
  const others = met.filter((criterion) => criterion !== 'access')
  const is_major = facts.critical_services === true && (met.includes('access') || others.length >= 2)
  return { is_major, met }
}

/** Article 9, paragraph by paragraph. */
const MET: Readonly<Record<Criterion, (facts: IncidentFacts) => boolean>> = {
  clients: (f) =>
    above(f.clients_affected, f.clients_total, 0.1) ||
    (f.clients_affected ?? 0) > 100_000 ||
    above(f.counterparts_affected, f.counterparts_total, 0.3) ||
    above(f.transactions_affected, f.transactions_daily_mean, 0.1) ||
    above(f.affected_minor, f.daily_mean_minor, 0.1) ||
    f.relevant_client === true,
  reputation: (f) => [f.in_media, f.repeated_complaints, f.duties_at_risk, f.clients_lost].includes(true),
  duration: (f) => (f.duration_h ?? 0) > 24 || (f.downtime_h ?? 0) > 2,
  geography: (f) => (f.member_states ?? 0) >= 2,
  data: (f) => f.data_lost === true,
  access: (f) => f.malicious_access === true,
  cost: (f) => (f.cost_eur ?? 0) > 100_000,
}

const above = (part: number | undefined, whole: number | undefined, share: number): boolean =>
  part !== undefined && whole !== undefined && part > whole * share
