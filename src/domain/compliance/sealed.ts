/** What of a case is sealed, and where each value belongs. */

export type SealedOfCase =
  | 'cases.summary_enc'
  | 'case_versions.content_enc'
  | 'case_events.text_enc'
  | 'case_documents.facts_enc'
  | 'case_invitations.email_enc'
  | 'case_screenings.result_enc'

/** @param key the primary key of the row */
export const casePlace = (column: SealedOfCase, ...key: readonly (string | number)[]): string =>
  `${column.replace(/_enc$/, '')}:${key.join(':')}`
