/** What the calls of registers answer, as JSON. */
import type { Deadline, Stage } from './deadline.tsx'

export type Facts = {
  readonly title: string
  readonly description?: string
  readonly critical_services?: boolean
  readonly clients_affected?: number
  readonly clients_total?: number
  readonly counterparts_affected?: number
  readonly counterparts_total?: number
  readonly transactions_affected?: number
  readonly transactions_daily_mean?: number
  readonly affected_minor?: number
  readonly daily_mean_minor?: number
  readonly relevant_client?: boolean
  readonly in_media?: boolean
  readonly repeated_complaints?: boolean
  readonly duties_at_risk?: boolean
  readonly clients_lost?: boolean
  readonly duration_h?: number
  readonly downtime_h?: number
  readonly member_states?: number
  readonly data_lost?: boolean
  readonly malicious_access?: boolean
  readonly cost_eur?: number
}

export type Criterion = 'clients' | 'reputation' | 'duration' | 'geography' | 'data' | 'access' | 'cost'

export type Incident = {
  readonly incident_id: number
  readonly version_no: number
  readonly aware_at: string
  readonly classified_at: string | null
  readonly is_major: boolean | null
  readonly state: 'open' | 'closed'
  readonly opened_by: string
  readonly opened_at: string
  readonly updated_at: string
  readonly facts: Facts
  readonly judgement: { readonly is_major: boolean; readonly met: readonly Criterion[] }
  readonly next?: Deadline
}

export type Period = {
  readonly subject: string
  readonly from: string
  readonly to: string
  readonly due_at: string
  readonly has_ended: boolean
  readonly is_submitted: boolean
  readonly has_draft: boolean
  readonly submitted_at: string | null
}

export const AREAS = ['domestic', 'eea', 'other'] as const
export const CHANNELS = ['remote_sca', 'remote_other', 'present_sca', 'present_other'] as const
export type Cell = {
  readonly payment_count: number
  readonly payment_minor: number
  readonly fraud_count: number
  readonly fraud_minor: number
}
type Fraud = { readonly fraud_count: number; readonly fraud_minor: number }

export type FraudContent = {
  readonly areas: Readonly<Record<(typeof AREAS)[number], Readonly<Record<(typeof CHANNELS)[number], Cell>>>>
  readonly types: { readonly unauthorised: Fraud; readonly manipulated: Fraud }
  readonly note?: string
}
export type TextContent = Readonly<Record<string, string>>

export type Version = {
  readonly version_no: number
  readonly state: 'draft' | 'submitted' | 'corrected'
  readonly save_no: number
  readonly saved_by: string
  readonly saved_at: string
  readonly submitted_by: string | null
  readonly submitted_at: string | null
  readonly content: FraudContent | TextContent
}

export type Report = {
  readonly register: 'fraud' | 'incident'
  readonly subject: string
  readonly stage: Stage | 'half-year'
  readonly versions: readonly Version[]
  readonly proposed?: FraudContent | TextContent
  readonly headings: readonly { readonly name: string; readonly required?: true }[]
}
