/** What the pages of partners, limits, alerts and proposals are told, as types: those of the domain, with moments as text. */
import type { ApprovalLine, ApprovalView } from '../../domain/four-eyes/waiting.ts'
import type { AlertRow } from '../../domain/limits/alert-store.ts'
import type { Comment } from '../../domain/limits/alerts.ts'
import type { Measured } from '../../domain/limits/manage.ts'
import type { PartnerOverview } from '../../domain/partners/overview.ts'
import type { CertificateFacts, ReadRegistration } from '../../domain/partners/registrations.ts'
import type { PartnerLine } from '../../domain/partners/search-store.ts'
import type { Wire } from './case-contract.ts'

export type { Indicator } from '../../domain/limits/indicators.ts'

export type PartnersPage = { readonly partners: readonly Wire<PartnerLine>[]; readonly has_more: boolean }
export type PartnerRow = Wire<PartnerLine>
export type PartnerView = Wire<PartnerOverview>
export type CertificateRead = Wire<ReadRegistration>
export type CertificateChain = readonly Wire<CertificateFacts>[]
export type LimitsView = { readonly name: string; readonly limits: readonly MeasuredLimit[] }
export type MeasuredLimit = Measured
export type AlertLine = Wire<AlertRow>
export type AlertsPage = { readonly alerts: readonly AlertLine[]; readonly has_more: boolean }
export type AlertView = { readonly alert: AlertLine; readonly comments: readonly Wire<Comment>[] }
export type ApprovalsPage = { readonly approvals: readonly Wire<ApprovalLine>[]; readonly has_more: boolean }
export type ApprovalRow = Wire<ApprovalLine>
export type ApprovalDetail = Wire<ApprovalView>
