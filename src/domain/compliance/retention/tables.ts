/**
 * Every table that names a partner, and what becomes of its rows when the partner's time has come. A test holds it against
 * the schema, so that no table is forgotten.
 */

/** Erased, in this order: what refers to others before them. Both rails: they are one relationship. */
export const ERASED_OF_PARTNER = [
  'page_opens',
  'payer_mails',
  'webhook_deliveries',
  'bank_exchanges',
  'payment_events',
  'payment_attempts',
  'payments',
  'card_events',
  'card_transactions',
  'card_orders',
  'card_sessions',
  'card_tokens',
  'agreements',
  // Without their key nothing that was sealed for the merchant opens any more, not even in a backup.
  'data_keys',
  'acquirer_links',
  'merchants',
  'alert_comments',
  'alerts',
  'limit_entries',
  'limit_counts',
  'limit_pairs',
  'limit_clients',
  'limit_approvals',
  'limit_days',
  'limit_totals',
  'partner_limits',
  'partner_standings',
  'partner_former_secrets',
  'partner_notices',
  'partner_certificates',
  'partner_calls',
] as const

/** Not erased, and why. */
export const KEPT_OF_PARTNER: Readonly<Record<string, string>> = {
  partners: 'its row stays without name, addresses, picture and secret: the audit log names its client id',
  staff: 'rows of its people stay without name, mail address and password: the audit log names what they did',
  cases: 'the row stays without anything that was told',
  erasures: 'the certificate itself',
  report_days: 'counts of what the installation did as a whole; nobody is named',
  report_reasons: 'as report_days',
  report_times: 'as report_days',
  report_settlements: 'as report_days',
  report_cards: 'as report_days',
}

/** Of the partner's people: their ways in. */
export const ERASED_OF_STAFF = [
  'staff_sessions',
  'staff_tries',
  'staff_passwords',
  'staff_recovery_codes',
  'staff_invitations',
  'staff_passkeys',
] as const

/** Of the case; its documents refer to each other, so they go in one statement, after their parts. */
export const ERASED_OF_CASE = [
  'case_document_parts',
  'case_documents',
  'case_screenings',
  'case_invitations',
  'case_versions',
  'case_events',
] as const
