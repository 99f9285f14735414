-- Generated from the migrations; for reading, not for running.

create sequence payment_id_seq as bigint start with 100000001 increment by 1 cache 50;

create table acquirer_links (
  partner_id integer not null,
  link_no integer not null,
  acquirer_id text not null,
  acquirer_merchant_id text not null,
  terminal_id text not null,
  sources text[] not null,
  currencies text[] not null,
  updated_at timestamp with time zone not null default now(),
  constraint acquirer_links_pkey PRIMARY KEY (partner_id, link_no),
  constraint acquirer_links_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES merchants(partner_id),
  constraint acquirer_links_acquirer_merchant_id_check CHECK (((char_length(acquirer_merchant_id) >= 1) AND (char_length(acquirer_merchant_id) <= 40))),
  constraint acquirer_links_currencies_check CHECK ((cardinality(currencies) <= 180)),
  constraint acquirer_links_link_no_check CHECK (((link_no >= 1) AND (link_no <= 20))),
  constraint acquirer_links_sources_check CHECK (((cardinality(sources) > 0) AND (sources <@ '{INTERNET,MOTO,MAIL_ORDER,TELEPHONE_ORDER,VOICE_RESPONSE,CALL_CENTRE,MERCHANT}'::text[]))),
  constraint acquirer_links_terminal_id_check CHECK (((char_length(terminal_id) >= 1) AND (char_length(terminal_id) <= 16)))
);

create table agreements (
  partner_id integer not null,
  agreement_id text not null,
  rail text not null,
  type text not null,
  version_no integer not null default 1,
  currency text not null,
  amount_variability text,
  fixed_amount_minor bigint,
  fixed_by_opening boolean not null default false,
  minimum_amount_minor bigint,
  maximum_amount_minor bigint,
  start_date date,
  expiry_date date,
  number_of_payments integer,
  minimum_days_between_payments integer,
  payment_frequency text,
  payments_taken integer not null default 0,
  number_hash bytea,
  masked_number text,
  expiry_month smallint,
  expiry_year smallint,
  token text,
  established_order_id text,
  established_transaction_id text,
  trace_id text,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  status text,
  payment_id bigint,
  bank_id text,
  day_of_execution integer,
  constraint agreements_pkey PRIMARY KEY (partner_id, agreement_id),
  constraint agreements_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES partners(partner_id),
  constraint agreements_account CHECK (((rail <> 'account'::text) OR ((status IS NOT NULL) AND (payment_id IS NOT NULL)))),
  constraint agreements_agreement_id_check CHECK (((char_length(agreement_id) >= 1) AND (char_length(agreement_id) <= 100))),
  constraint agreements_amount_variability_check CHECK ((amount_variability = ANY (ARRAY['FIXED'::text, 'VARIABLE'::text]))),
  constraint agreements_check CHECK ((maximum_amount_minor >= minimum_amount_minor)),
  constraint agreements_check1 CHECK (((number_of_payments IS NULL) OR (payments_taken <= number_of_payments))),
  constraint agreements_check2 CHECK (((fixed_amount_minor IS NULL) OR ((amount_variability IS NOT NULL) AND (amount_variability = 'FIXED'::text)))),
  constraint agreements_check3 CHECK (((rail <> 'card'::text) OR (number_hash IS NOT NULL))),
  constraint agreements_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
  constraint agreements_day_of_execution_check CHECK (((day_of_execution >= 1) AND (day_of_execution <= 31))),
  constraint agreements_fixed_amount_minor_check CHECK ((fixed_amount_minor > 0)),
  constraint agreements_minimum_amount_minor_check CHECK ((minimum_amount_minor >= 0)),
  constraint agreements_minimum_days_between_payments_check CHECK (((minimum_days_between_payments >= 1) AND (minimum_days_between_payments <= 9999))),
  constraint agreements_number_of_payments_check CHECK (((number_of_payments >= 1) AND (number_of_payments <= 999))),
  constraint agreements_payments_taken_check CHECK ((payments_taken >= 0)),
  constraint agreements_rail_check CHECK ((rail = ANY (ARRAY['card'::text, 'account'::text]))),
  constraint agreements_status_check CHECK ((status = ANY (ARRAY['PENDING'::text, 'ACTIVE'::text, 'CANCELLED'::text, 'ENDED'::text, 'REFUSED'::text]))),
  constraint agreements_type_check CHECK ((type = ANY (ARRAY['RECURRING'::text, 'INSTALLMENT'::text, 'UNSCHEDULED'::text, 'OTHER'::text])))
) with (fillfactor=70);
CREATE INDEX agreements_of ON public.agreements USING btree (partner_id, created_at, agreement_id);

create table alert_comments (
  partner_id integer not null,
  alert_id bigint not null,
  comment_no integer not null,
  by text not null,
  at timestamp with time zone not null,
  text_enc bytea not null,
  constraint alert_comments_pkey PRIMARY KEY (partner_id, alert_id, comment_no),
  constraint alert_comments_partner_id_alert_id_fkey FOREIGN KEY (partner_id, alert_id) REFERENCES alerts(partner_id, alert_id),
  constraint alert_comments_comment_no_check CHECK (((comment_no >= 1) AND (comment_no <= 1000)))
);

create table alerts (
  partner_id integer not null,
  alert_id bigint not null generated by default as identity,
  indicator text not null,
  day date not null,
  outcome text not null,
  measured bigint not null,
  level bigint not null,
  payment_id bigint not null,
  times integer not null default 1,
  state text not null default 'open'::text,
  taken_by text,
  taken_at timestamp with time zone,
  closed_by text,
  closed_at timestamp with time zone,
  raised_at timestamp with time zone not null,
  last_at timestamp with time zone not null,
  constraint alerts_pkey PRIMARY KEY (partner_id, alert_id),
  constraint alerts_partner_id_indicator_day_outcome_key UNIQUE (partner_id, indicator, day, outcome),
  constraint alerts_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES partners(partner_id),
  constraint alerts_check CHECK (((state = 'closed'::text) = (closed_at IS NOT NULL))),
  constraint alerts_outcome_check CHECK ((outcome = ANY (ARRAY['warn'::text, 'block'::text]))),
  constraint alerts_state_check CHECK ((state = ANY (ARRAY['open'::text, 'taken'::text, 'closed'::text])))
);
CREATE INDEX alerts_number ON public.alerts USING btree (alert_id DESC);
CREATE INDEX alerts_unclosed ON public.alerts USING btree (raised_at) WHERE (state <> 'closed'::text);

create table approvals (
  approval_id integer not null generated by default as identity,
  act text not null,
  subject_kind text not null,
  subject_id text not null,
  input jsonb not null,
  state text not null default 'proposed'::text,
  proposed_by integer not null,
  proposed_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  decided_by integer,
  decided_at timestamp with time zone,
  executed_at timestamp with time zone,
  reason_enc bytea,
  seen jsonb,
  constraint approvals_pkey PRIMARY KEY (approval_id),
  constraint approvals_decided_by_fkey FOREIGN KEY (decided_by) REFERENCES staff(staff_id),
  constraint approvals_proposed_by_fkey FOREIGN KEY (proposed_by) REFERENCES staff(staff_id),
  constraint approvals_check CHECK (((decided_by <> proposed_by) OR (state = 'withdrawn'::text))),
  constraint approvals_check1 CHECK (((state = ANY (ARRAY['approved'::text, 'refused'::text, 'withdrawn'::text, 'executed'::text])) = (decided_by IS NOT NULL))),
  constraint approvals_check2 CHECK (((state = 'executed'::text) = (executed_at IS NOT NULL))),
  constraint approvals_state_check CHECK ((state = ANY (ARRAY['proposed'::text, 'approved'::text, 'refused'::text, 'withdrawn'::text, 'executed'::text])))
);
CREATE INDEX approvals_waiting ON public.approvals USING btree (expires_at) WHERE (state = ANY (ARRAY['proposed'::text, 'approved'::text]));

create table audit_log (
  number bigint not null,
  at timestamp with time zone not null,
  actor_kind text not null,
  actor text not null,
  origin text,
  act text not null,
  subject_kind text not null,
  subject_id text not null,
  outcome text not null,
  before json,
  after json,
  previous_hash bytea not null,
  hash bytea not null,
  constraint audit_log_pkey PRIMARY KEY (number),
  constraint audit_log_hash_key UNIQUE (hash),
  constraint audit_log_act_check CHECK ((act ~ '^[a-z][a-z0-9._-]{1,60}$'::text)),
  constraint audit_log_actor_check CHECK (((char_length(actor) >= 1) AND (char_length(actor) <= 100))),
  constraint audit_log_actor_kind_check CHECK ((actor_kind = ANY (ARRAY['staff'::text, 'partner'::text, 'system'::text, 'command'::text]))),
  constraint audit_log_hash_check CHECK ((octet_length(hash) = 32)),
  constraint audit_log_number_check CHECK ((number > 0)),
  constraint audit_log_origin_check CHECK ((char_length(origin) <= 200)),
  constraint audit_log_outcome_check CHECK ((outcome = ANY (ARRAY['done'::text, 'refused'::text]))),
  constraint audit_log_previous_hash_check CHECK ((octet_length(previous_hash) = 32)),
  constraint audit_log_subject_id_check CHECK ((char_length(subject_id) <= 200))
);
CREATE INDEX audit_log_at ON public.audit_log USING btree (at);
CREATE INDEX audit_log_subject ON public.audit_log USING btree (subject_kind, subject_id, number);

create table bank_exchanges (
  partner_id integer not null,
  payment_id bigint not null,
  exchange_id uuid not null,
  attempt_no integer not null,
  at timestamp with time zone not null,
  duration_ms integer not null,
  purpose text not null,
  method text not null,
  host text not null,
  path text not null,
  http_status integer,
  fault text,
  fault_reason text,
  same_no integer not null default 1,
  answer_hash bytea,
  messages_enc bytea not null,
  constraint bank_exchanges_pkey PRIMARY KEY (partner_id, payment_id, exchange_id),
  constraint bank_exchanges_check CHECK (((http_status IS NULL) = (fault IS NOT NULL))),
  constraint bank_exchanges_check1 CHECK (((fault IS NULL) = (fault_reason IS NULL))),
  constraint bank_exchanges_duration_ms_check CHECK ((duration_ms >= 0)),
  constraint bank_exchanges_fault_check CHECK ((fault = ANY (ARRAY['not_sent'::text, 'unknown'::text]))),
  constraint bank_exchanges_path_check CHECK ((char_length(path) <= 500)),
  constraint bank_exchanges_purpose_check CHECK ((purpose = ANY (ARRAY['enter'::text, 'initiate'::text, 'authorise'::text, 'status'::text, 'transfers'::text, 'cancel'::text, 'token'::text, 'metadata'::text]))),
  constraint bank_exchanges_same_no_check CHECK ((same_no > 0))
);
CREATE INDEX bank_exchanges_old ON public.bank_exchanges USING btree (partner_id, at);

create table card_events (
  partner_id integer not null,
  order_id text not null,
  event_no integer not null,
  transaction_id text not null,
  type text not null,
  cause text not null,
  detail jsonb,
  at timestamp with time zone not null,
  constraint card_events_pkey PRIMARY KEY (partner_id, order_id, event_no),
  constraint card_events_cause_check CHECK ((cause = ANY (ARRAY['acquirer'::text, 'sweep'::text, 'staff'::text])))
);
CREATE INDEX card_events_at ON public.card_events USING brin (at) WITH (pages_per_range='16');

create table card_orders (
  partner_id integer not null,
  order_id text not null,
  version_no integer not null default 1,
  status text not null,
  currency text not null,
  amount_minor bigint not null,
  authorized_minor bigint not null default 0,
  captured_minor bigint not null default 0,
  refunded_minor bigint not null default 0,
  live_transaction_id text,
  initial_transaction_id text not null,
  agreement_id text,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  constraint card_orders_pkey PRIMARY KEY (partner_id, order_id),
  constraint card_orders_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES merchants(partner_id),
  constraint card_orders_amount_minor_check CHECK (((amount_minor >= 0) AND (amount_minor <= '999999999999999'::bigint))),
  constraint card_orders_authorized_minor_check CHECK (((authorized_minor >= 0) AND (authorized_minor <= '999999999999999'::bigint))),
  constraint card_orders_check CHECK (((captured_minor >= 0) AND (captured_minor <= authorized_minor))),
  constraint card_orders_check1 CHECK (((refunded_minor >= 0) AND (refunded_minor <= captured_minor))),
  constraint card_orders_check2 CHECK (
CASE status
    WHEN 'AUTHORIZED'::text THEN ((authorized_minor > 0) AND (captured_minor = 0))
    WHEN 'PARTIALLY_CAPTURED'::text THEN ((captured_minor > 0) AND (captured_minor < authorized_minor) AND (refunded_minor = 0))
    WHEN 'CAPTURED'::text THEN ((captured_minor > 0) AND (captured_minor = authorized_minor) AND (refunded_minor = 0))
    WHEN 'PARTIALLY_REFUNDED'::text THEN ((refunded_minor > 0) AND (refunded_minor < captured_minor))
    WHEN 'REFUNDED'::text THEN ((refunded_minor > 0) AND (refunded_minor = captured_minor))
    ELSE (authorized_minor = 0)
END),
  constraint card_orders_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
  constraint card_orders_order_id_check CHECK (((char_length(order_id) >= 1) AND (char_length(order_id) <= 40))),
  constraint card_orders_status_check CHECK ((status = ANY (ARRAY['INITIATED'::text, 'FAILED'::text, 'VERIFIED'::text, 'AUTHORIZED'::text, 'PARTIALLY_CAPTURED'::text, 'CAPTURED'::text, 'PARTIALLY_REFUNDED'::text, 'REFUNDED'::text, 'CANCELLED'::text])))
) with (fillfactor=60);
CREATE INDEX card_orders_agreement ON public.card_orders USING btree (partner_id, agreement_id, created_at, order_id) WHERE (agreement_id IS NOT NULL);
CREATE INDEX card_orders_of ON public.card_orders USING btree (partner_id, created_at, order_id);

create table card_sessions (
  partner_id integer not null,
  session_id text not null,
  version text not null,
  fields_enc bytea not null,
  security_code_given boolean not null default false,
  authentication_limit smallint not null,
  authentications smallint not null default 0,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  constraint card_sessions_pkey PRIMARY KEY (partner_id, session_id),
  constraint card_sessions_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES merchants(partner_id),
  constraint card_sessions_authentication_limit_check CHECK (((authentication_limit >= 0) AND (authentication_limit <= 25))),
  constraint card_sessions_session_id_check CHECK ((session_id ~ '^SESSION[0-9A-Z]{24,28}$'::text)),
  constraint card_sessions_version_check CHECK ((version ~ '^[0-9a-f]{10}$'::text))
);
CREATE INDEX card_sessions_expired ON public.card_sessions USING btree (expires_at);

create table card_tokens (
  partner_id integer not null,
  token text not null,
  number_hash bytea not null,
  account_hash bytea,
  number_enc bytea not null,
  masked_number text not null,
  brand text not null,
  scheme text not null,
  expiry_month smallint,
  expiry_year smallint,
  name_enc bytea,
  status text not null default 'VALID'::text,
  scheme_token_state text not null default 'NONE'::text,
  scheme_token_enc bytea,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  updated_by text not null,
  last_used_at timestamp with time zone,
  constraint card_tokens_pkey PRIMARY KEY (partner_id, token),
  constraint card_tokens_partner_id_account_hash_key UNIQUE (partner_id, account_hash),
  constraint card_tokens_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES merchants(partner_id),
  constraint card_tokens_check CHECK (((expiry_month IS NULL) = (expiry_year IS NULL))),
  constraint card_tokens_check1 CHECK (((scheme_token_state = ANY (ARRAY['NONE'::text, 'PENDING'::text])) OR (scheme_token_enc IS NOT NULL))),
  constraint card_tokens_expiry_month_check CHECK (((expiry_month >= 1) AND (expiry_month <= 12))),
  constraint card_tokens_expiry_year_check CHECK (((expiry_year >= 0) AND (expiry_year <= 99))),
  constraint card_tokens_masked_number_check CHECK ((masked_number ~ '^[0-9]{6}x{3,9}[0-9]{0,4}$'::text)),
  constraint card_tokens_scheme_token_state_check CHECK ((scheme_token_state = ANY (ARRAY['NONE'::text, 'PENDING'::text, 'ACTIVE'::text, 'SUSPENDED'::text]))),
  constraint card_tokens_status_check CHECK ((status = ANY (ARRAY['VALID'::text, 'INVALID'::text]))),
  constraint card_tokens_token_check CHECK ((token ~ '^[0-9A-Za-z]{1,40}$'::text))
) with (fillfactor=80);
CREATE INDEX card_tokens_number ON public.card_tokens USING btree (partner_id, number_hash);
CREATE INDEX card_tokens_of ON public.card_tokens USING btree (partner_id, created_at, token);
CREATE INDEX card_tokens_suffix ON public.card_tokens USING btree ("right"(token, 4), partner_id);

create table card_transactions (
  partner_id integer not null,
  order_id text not null,
  transaction_id text not null,
  type text not null,
  submission_no integer not null,
  request_hash bytea not null,
  state text not null,
  result text not null,
  gateway_code text not null,
  amount_minor bigint not null,
  currency text not null,
  source text not null,
  target_transaction_id text,
  voided_by text,
  api_version integer not null,
  reference uuid not null,
  link_no integer not null,
  acquirer_code text,
  acquirer_message text,
  authorization_code text,
  stan text,
  receipt text,
  acquirer_transaction_id text,
  trace_id text,
  csc_result text,
  avs_result text,
  funds_type text,
  token text,
  number_hash bytea,
  masked_number text,
  brand text,
  scheme text,
  expiry_month smallint,
  expiry_year smallint,
  stored_on_file text,
  agreement_id text,
  agreement_opening jsonb,
  details_enc bytea,
  order_status text,
  order_amount_minor bigint not null,
  authorized_minor bigint not null default 0,
  captured_minor bigint not null default 0,
  refunded_minor bigint not null default 0,
  asked_no integer not null default 0,
  next_ask_at timestamp with time zone,
  reversal_sent_at timestamp with time zone,
  submitted_at timestamp with time zone not null,
  recorded_at timestamp with time zone,
  constraint card_transactions_pkey PRIMARY KEY (partner_id, order_id, transaction_id),
  constraint card_transactions_amount_minor_check CHECK (((amount_minor >= 0) AND (amount_minor <= '999999999999999'::bigint))),
  constraint card_transactions_check CHECK (
CASE state
    WHEN 'submitted'::text THEN (result = 'PENDING'::text)
    WHEN 'unknown'::text THEN (result = 'UNKNOWN'::text)
    ELSE (result = ANY (ARRAY['SUCCESS'::text, 'FAILURE'::text]))
END),
  constraint card_transactions_check1 CHECK (((state = 'done'::text) = (next_ask_at IS NULL))),
  constraint card_transactions_check2 CHECK (((state = 'done'::text) = (recorded_at IS NOT NULL))),
  constraint card_transactions_check3 CHECK (((state <> 'done'::text) OR (order_status IS NOT NULL))),
  constraint card_transactions_check4 CHECK (((agreement_opening IS NULL) OR ((agreement_id IS NOT NULL) AND (number_hash IS NOT NULL)))),
  constraint card_transactions_funds_type_check CHECK ((funds_type = ANY (ARRAY['CARD'::text, 'SCHEME_TOKEN'::text]))),
  constraint card_transactions_result_check CHECK ((result = ANY (ARRAY['PENDING'::text, 'UNKNOWN'::text, 'SUCCESS'::text, 'FAILURE'::text]))),
  constraint card_transactions_state_check CHECK ((state = ANY (ARRAY['submitted'::text, 'unknown'::text, 'done'::text]))),
  constraint card_transactions_stored_on_file_check CHECK ((stored_on_file = ANY (ARRAY['NOT_STORED'::text, 'TO_BE_STORED'::text, 'STORED'::text]))),
  constraint card_transactions_transaction_id_check CHECK (((char_length(transaction_id) >= 1) AND (char_length(transaction_id) <= 40))),
  constraint card_transactions_type_check CHECK ((type = ANY (ARRAY['PAYMENT'::text, 'AUTHORIZATION'::text, 'VERIFICATION'::text, 'CAPTURE'::text, 'REFUND'::text, 'AUTHORIZATION_UPDATE'::text, 'VOID_AUTHORIZATION'::text, 'VOID_CAPTURE'::text, 'VOID_PAYMENT'::text, 'VOID_REFUND'::text])))
);
CREATE INDEX card_transactions_due ON public.card_transactions USING btree (next_ask_at) WHERE (state = ANY (ARRAY['submitted'::text, 'unknown'::text]));
CREATE UNIQUE INDEX card_transactions_opening ON public.card_transactions USING btree (partner_id, agreement_id) WHERE ((agreement_opening IS NOT NULL) AND (state = ANY (ARRAY['submitted'::text, 'unknown'::text])));
CREATE INDEX card_transactions_submitted ON public.card_transactions USING btree (partner_id, submitted_at);
CREATE INDEX card_transactions_token ON public.card_transactions USING btree (partner_id, token, order_id) WHERE (token IS NOT NULL);

create table case_document_parts (
  case_id integer not null,
  document_id integer not null,
  part_no integer not null,
  content_enc bytea not null,
  constraint case_document_parts_pkey PRIMARY KEY (case_id, document_id, part_no),
  constraint case_document_parts_case_id_document_id_fkey FOREIGN KEY (case_id, document_id) REFERENCES case_documents(case_id, document_id)
);

create table case_documents (
  case_id integer not null,
  document_id integer not null generated by default as identity,
  kind text not null,
  facts_enc bytea not null,
  media_type text not null,
  size_bytes integer not null,
  sha256 bytea not null,
  part_count integer not null,
  added_at timestamp with time zone not null,
  by_kind text not null,
  by_name text not null,
  superseded_by integer,
  constraint case_documents_pkey PRIMARY KEY (case_id, document_id),
  constraint case_documents_document_id_key UNIQUE (document_id),
  constraint case_documents_case_id_fkey FOREIGN KEY (case_id) REFERENCES cases(case_id),
  constraint case_documents_case_id_superseded_by_fkey FOREIGN KEY (case_id, superseded_by) REFERENCES case_documents(case_id, document_id),
  constraint case_documents_by_kind_check CHECK ((by_kind = ANY (ARRAY['staff'::text, 'partner'::text, 'system'::text, 'command'::text]))),
  constraint case_documents_kind_check CHECK ((kind = ANY (ARRAY['identity'::text, 'registration_certificate'::text, 'constitutive_act'::text, 'mandate'::text, 'bank_statement'::text, 'authority_request'::text, 'other'::text]))),
  constraint case_documents_media_type_check CHECK ((media_type = ANY (ARRAY['application/pdf'::text, 'image/jpeg'::text, 'image/png'::text]))),
  constraint case_documents_part_count_check CHECK (((part_count >= 1) AND (part_count <= 100))),
  constraint case_documents_sha256_check CHECK ((octet_length(sha256) = 32)),
  constraint case_documents_size_bytes_check CHECK (((size_bytes >= 1) AND (size_bytes <= 10485760)))
);

create table case_events (
  case_id integer not null,
  event_no integer not null,
  type text not null,
  to_state text not null,
  text_enc bytea,
  at timestamp with time zone not null,
  by_kind text not null,
  by_name text not null,
  constraint case_events_pkey PRIMARY KEY (case_id, event_no),
  constraint case_events_case_id_fkey FOREIGN KEY (case_id) REFERENCES cases(case_id),
  constraint case_events_by_kind_check CHECK ((by_kind = ANY (ARRAY['staff'::text, 'partner'::text, 'system'::text, 'command'::text])))
);

create table case_invitations (
  case_id integer not null,
  invitation_no integer not null,
  token_hash bytea not null,
  email_enc bytea not null,
  created_at timestamp with time zone not null,
  by_name text not null,
  expires_at timestamp with time zone not null,
  opened_at timestamp with time zone,
  revoked_at timestamp with time zone,
  constraint case_invitations_pkey PRIMARY KEY (case_id, invitation_no),
  constraint case_invitations_token_hash_key UNIQUE (token_hash),
  constraint case_invitations_case_id_fkey FOREIGN KEY (case_id) REFERENCES cases(case_id),
  constraint case_invitations_token_hash_check CHECK ((octet_length(token_hash) = 32))
);

create table case_screenings (
  case_id integer not null,
  screening_id integer not null,
  version integer not null,
  outcome text not null,
  result_enc bytea not null,
  open_hits integer not null default 0,
  at timestamp with time zone not null,
  by_name text not null,
  constraint case_screenings_pkey PRIMARY KEY (case_id, screening_id),
  constraint case_screenings_case_id_fkey FOREIGN KEY (case_id) REFERENCES cases(case_id),
  constraint case_screenings_open_hits_check CHECK ((open_hits >= 0)),
  constraint case_screenings_outcome_check CHECK ((outcome = ANY (ARRAY['clear'::text, 'hits'::text, 'failed'::text, 'manual'::text])))
);

create table case_versions (
  case_id integer not null,
  version integer not null,
  content_enc bytea not null,
  content_hash bytea not null,
  cause text not null,
  saved_at timestamp with time zone not null,
  by_kind text not null,
  by_name text not null,
  constraint case_versions_pkey PRIMARY KEY (case_id, version),
  constraint case_versions_case_id_fkey FOREIGN KEY (case_id) REFERENCES cases(case_id),
  constraint case_versions_by_kind_check CHECK ((by_kind = ANY (ARRAY['staff'::text, 'partner'::text, 'system'::text, 'command'::text]))),
  constraint case_versions_cause_check CHECK ((cause = ANY (ARRAY['created'::text, 'saved'::text, 'assessed'::text, 'notified'::text, 'review'::text, 'activation'::text]))),
  constraint case_versions_content_hash_check CHECK ((octet_length(content_hash) = 32)),
  constraint case_versions_version_check CHECK ((version >= 1))
);

create table cases (
  case_id integer not null generated by default as identity,
  kind text not null,
  state text not null default 'draft'::text,
  way text not null,
  version integer not null default 1,
  event_no integer not null default 0,
  introduced_by integer,
  partner_id integer,
  summary_enc bytea,
  registration_hash bytea,
  subject_hashes bytea[] not null default '{}'::bytea[],
  risk text,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  submitted_at timestamp with time zone,
  reviewed_by text,
  approved_at timestamp with time zone,
  next_review_at timestamp with time zone,
  reminded_days integer,
  ended_at timestamp with time zone,
  keep_until timestamp with time zone,
  constraint cases_pkey PRIMARY KEY (case_id),
  constraint cases_introduced_by_fkey FOREIGN KEY (introduced_by) REFERENCES partners(partner_id),
  constraint cases_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES partners(partner_id),
  constraint cases_check CHECK (((approved_at IS NULL) OR (partner_id IS NOT NULL))),
  constraint cases_check1 CHECK (((state <> ALL (ARRAY['approved'::text, 'relationship_ended'::text])) OR ((partner_id IS NOT NULL) AND (approved_at IS NOT NULL)))),
  constraint cases_check2 CHECK (((state <> ALL (ARRAY['refused'::text, 'withdrawn'::text, 'relationship_ended'::text, 'erased'::text])) OR ((ended_at IS NOT NULL) AND (keep_until IS NOT NULL)))),
  constraint cases_check3 CHECK (((NOT ((state = ANY (ARRAY['refused'::text, 'relationship_ended'::text])) OR ((state = 'withdrawn'::text) AND (submitted_at IS NOT NULL)))) OR (keep_until >= ((ended_at + '5 years'::interval) - '1 day'::interval)))),
  constraint cases_check4 CHECK (((ended_at >= created_at) AND (ended_at >= approved_at))),
  constraint cases_check5 CHECK (((keep_until >= ended_at) AND (keep_until <= ((ended_at + '15 years'::interval) + '1 day'::interval)))),
  constraint cases_check6 CHECK (((state <> 'erased'::text) OR ((summary_enc IS NULL) AND (registration_hash IS NULL) AND (subject_hashes = '{}'::bytea[])))),
  constraint cases_kind_check CHECK ((kind = ANY (ARRAY['natural'::text, 'legal'::text]))),
  constraint cases_risk_check CHECK ((risk = ANY (ARRAY['low'::text, 'standard'::text, 'enhanced'::text]))),
  constraint cases_state_check CHECK ((state = ANY (ARRAY['draft'::text, 'submitted'::text, 'in_review'::text, 'more_information'::text, 'approved'::text, 'refused'::text, 'withdrawn'::text, 'relationship_ended'::text, 'erased'::text]))),
  constraint cases_version_check CHECK ((version >= 1)),
  constraint cases_way_check CHECK ((way = ANY (ARRAY['staff'::text, 'invitation'::text, 'activation'::text])))
);
CREATE UNIQUE INDEX cases_activation ON public.cases USING btree (introduced_by, registration_hash) WHERE ((way = 'activation'::text) AND (state <> ALL (ARRAY['refused'::text, 'withdrawn'::text, 'relationship_ended'::text, 'erased'::text])));
CREATE INDEX cases_keep ON public.cases USING btree (keep_until) WHERE (state = ANY (ARRAY['refused'::text, 'withdrawn'::text, 'relationship_ended'::text]));
CREATE UNIQUE INDEX cases_partner ON public.cases USING btree (partner_id) WHERE ((approved_at IS NOT NULL) OR (state <> ALL (ARRAY['refused'::text, 'withdrawn'::text, 'erased'::text])));
CREATE INDEX cases_review ON public.cases USING btree (next_review_at) WHERE (state = 'approved'::text);
CREATE INDEX cases_state ON public.cases USING btree (state, case_id DESC);
CREATE INDEX cases_subjects ON public.cases USING gin (subject_hashes);

create table data_keys (
  partner_id integer not null,
  data_key_no integer not null,
  key_enc bytea not null,
  created_at timestamp with time zone not null default now(),
  constraint data_keys_pkey PRIMARY KEY (partner_id, data_key_no),
  constraint data_keys_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES partners(partner_id),
  constraint data_keys_data_key_no_check CHECK (((data_key_no >= 1) AND (data_key_no <= 65535)))
);

create table erasures (
  erasure_id integer not null generated by default as identity,
  case_id integer not null,
  partner_id integer,
  ended_at timestamp with time zone not null,
  keep_until timestamp with time zone not null,
  started_at timestamp with time zone not null,
  finished_at timestamp with time zone,
  last_version_hash bytea not null,
  version_count integer not null,
  document_count integer not null,
  rows_erased jsonb not null default '{}'::jsonb,
  constraint erasures_pkey PRIMARY KEY (erasure_id),
  constraint erasures_case_id_key UNIQUE (case_id),
  constraint erasures_case_id_fkey FOREIGN KEY (case_id) REFERENCES cases(case_id),
  constraint erasures_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES partners(partner_id),
  constraint erasures_check CHECK ((started_at >= keep_until))
);

create table incidents (
  incident_id integer not null generated by default as identity,
  version_no integer not null default 1,
  aware_at timestamp with time zone not null,
  classified_at timestamp with time zone,
  is_major boolean,
  state text not null default 'open'::text,
  facts_enc bytea not null,
  opened_by text not null,
  opened_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  constraint incidents_pkey PRIMARY KEY (incident_id),
  constraint incidents_check CHECK (((classified_at IS NULL) = (is_major IS NULL))),
  constraint incidents_state_check CHECK ((state = ANY (ARRAY['open'::text, 'closed'::text])))
);

create table limit_approvals (
  partner_id integer not null,
  day date not null,
  slot smallint not null,
  approved_count bigint not null default 0,
  constraint limit_approvals_pkey PRIMARY KEY (partner_id, day, slot),
  constraint limit_approvals_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES partners(partner_id)
) with (fillfactor=50);

create table limit_clients (
  partner_id integer not null,
  payer_hash bytea not null,
  first_day date not null,
  constraint limit_clients_pkey PRIMARY KEY (partner_id, payer_hash)
);

create table limit_counts (
  partner_id integer not null,
  day date not null,
  kind text not null,
  key_hash bytea not null,
  count bigint not null,
  constraint limit_counts_pkey PRIMARY KEY (partner_id, day, kind, key_hash),
  constraint limit_counts_kind_check CHECK ((kind = ANY (ARRAY['payer'::text, 'creditor'::text, 'debtor'::text])))
) with (fillfactor=70);

create table limit_days (
  partner_id integer not null,
  day date not null,
  sent_count bigint not null default 0,
  sent_minor bigint not null default 0,
  max_minor bigint not null default 0,
  most_per_payer bigint not null default 0,
  most_new_payers bigint not null default 0,
  most_beneficiaries bigint not null default 0,
  client_count bigint not null default 0,
  constraint limit_days_pkey PRIMARY KEY (partner_id, day),
  constraint limit_days_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES partners(partner_id)
) with (fillfactor=50);

create table limit_entries (
  partner_id integer not null,
  payment_id bigint not null,
  day date not null,
  amount_minor bigint not null,
  payer_hash bytea not null,
  constraint limit_entries_pkey PRIMARY KEY (partner_id, payment_id)
);

create table limit_pairs (
  partner_id integer not null,
  creditor_iban_hash bytea not null,
  debtor_iban_hash bytea not null,
  first_day date not null,
  last_day date not null,
  constraint limit_pairs_pkey PRIMARY KEY (partner_id, creditor_iban_hash, debtor_iban_hash)
) with (fillfactor=80);

create table limit_totals (
  partner_id integer not null,
  client_count bigint not null default 0,
  constraint limit_totals_pkey PRIMARY KEY (partner_id),
  constraint limit_totals_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES partners(partner_id)
) with (fillfactor=50);

create table merchants (
  partner_id integer not null,
  merchant_id text not null,
  name text not null,
  category_code text not null default '5999'::text,
  password_1_hash text,
  password_2_hash text,
  operations text[] not null default '{PAY,AUTHORIZE,VERIFY}'::text[],
  tokenization boolean not null default false,
  token_repository_id text not null,
  token_generation text not null default 'RANDOM_WITH_LUHN'::text,
  token_management text not null default 'UNIQUE_ACCOUNT'::text,
  scheme_tokens boolean not null default false,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  constraint merchants_pkey PRIMARY KEY (partner_id),
  constraint merchants_merchant_id_key UNIQUE (merchant_id),
  constraint merchants_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES partners(partner_id),
  constraint merchants_category_code_check CHECK ((category_code ~ '^[0-9]{4}$'::text)),
  constraint merchants_merchant_id_check CHECK ((merchant_id ~ '^[0-9A-Za-z_-]{1,40}$'::text)),
  constraint merchants_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 100))),
  constraint merchants_operations_check CHECK ((operations <@ '{PAY,AUTHORIZE,VERIFY}'::text[])),
  constraint merchants_token_generation_check CHECK ((token_generation = ANY (ARRAY['RANDOM_WITH_LUHN'::text, 'PRESERVE_6_4'::text, 'MERCHANT_PROVIDED'::text]))),
  constraint merchants_token_management_check CHECK ((token_management = ANY (ARRAY['UNIQUE_ACCOUNT'::text, 'UNIQUE_TOKEN'::text]))),
  constraint merchants_token_repository_id_check CHECK ((token_repository_id ~ '^[0-9A-Za-z_-]{1,16}$'::text))
);

create table outbox (
  outbox_id bigint not null generated always as identity,
  task text not null,
  payload jsonb not null,
  run_at timestamp with time zone not null default now(),
  constraint outbox_pkey PRIMARY KEY (outbox_id)
);

create table page_opens (
  partner_id integer not null,
  payment_id bigint not null,
  opened_at timestamp with time zone not null,
  constraint page_opens_pkey PRIMARY KEY (partner_id, payment_id)
);

create table partner_calls (
  partner_id integer not null,
  at timestamp with time zone not null,
  call_id bigint not null generated by default as identity,
  surface text not null,
  method text not null,
  route text not null,
  status smallint not null,
  error_code text,
  took_ms integer not null,
  trace_id uuid not null,
  payment_id bigint,
  constraint partner_calls_pkey PRIMARY KEY (partner_id, at, call_id),
  constraint partner_calls_surface_check CHECK ((surface = ANY (ARRAY['partner'::text, 'gateway'::text])))
);
CREATE INDEX partner_calls_of_payment ON public.partner_calls USING btree (partner_id, payment_id) WHERE (payment_id IS NOT NULL);

create table partner_certificates (
  partner_id integer not null,
  certificate_id integer not null generated by default as identity,
  subject text not null,
  issuer text not null,
  authority_pem text not null,
  revocation_list text,
  revocation_list_url text,
  added_at timestamp with time zone not null default now(),
  withdrawn_at timestamp with time zone,
  updated_at timestamp with time zone not null default now(),
  valid_from timestamp with time zone,
  valid_to timestamp with time zone,
  serial_number text,
  constraint partner_certificates_pkey PRIMARY KEY (partner_id, certificate_id),
  constraint partner_certificates_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES partners(partner_id)
);

create table partner_former_secrets (
  partner_id integer not null,
  client_id text not null,
  secret_enc bytea not null,
  until timestamp with time zone not null,
  constraint partner_former_secrets_pkey PRIMARY KEY (partner_id),
  constraint partner_former_secrets_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES partners(partner_id)
);

create table partner_limits (
  partner_id integer not null,
  indicator text not null,
  estimate bigint,
  warn_level bigint,
  block_level bigint,
  updated_at timestamp with time zone not null,
  constraint partner_limits_pkey PRIMARY KEY (partner_id, indicator),
  constraint partner_limits_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES partners(partner_id),
  constraint partner_limits_block_level_check CHECK ((block_level >= 0)),
  constraint partner_limits_check CHECK ((block_level >= warn_level)),
  constraint partner_limits_estimate_check CHECK ((estimate >= 0)),
  constraint partner_limits_indicator_check CHECK ((indicator = ANY (ARRAY['daily_volume'::text, 'mean_amount'::text, 'max_amount'::text, 'daily_unfinished'::text, 'daily_per_payer'::text, 'clients'::text, 'new_payers'::text, 'beneficiaries'::text]))),
  constraint partner_limits_warn_level_check CHECK ((warn_level >= 0))
);

create table partner_notices (
  partner_id integer not null,
  notice_no integer not null,
  kind text not null,
  text_enc bytea not null,
  told_by integer not null,
  told_at timestamp with time zone not null,
  done_by integer,
  done_at timestamp with time zone,
  constraint partner_notices_pkey PRIMARY KEY (partner_id, notice_no),
  constraint partner_notices_done_by_fkey FOREIGN KEY (done_by) REFERENCES staff(staff_id),
  constraint partner_notices_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES partners(partner_id),
  constraint partner_notices_told_by_fkey FOREIGN KEY (told_by) REFERENCES staff(staff_id),
  constraint partner_notices_check CHECK (((done_by IS NULL) = (done_at IS NULL))),
  constraint partner_notices_kind_check CHECK ((kind = ANY (ARRAY['address'::text, 'representative'::text, 'owners'::text, 'contacts'::text, 'activity'::text, 'other'::text])))
);
CREATE INDEX partner_notices_open ON public.partner_notices USING btree (told_at) WHERE (done_at IS NULL);

create table partner_standings (
  partner_id integer not null,
  standing_no integer not null,
  status text not null,
  by text not null,
  at timestamp with time zone not null,
  reason_enc bytea,
  constraint partner_standings_pkey PRIMARY KEY (partner_id, standing_no),
  constraint partner_standings_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES partners(partner_id),
  constraint partner_standings_status_check CHECK ((status = ANY (ARRAY['active'::text, 'suspended'::text])))
);

create table partners (
  partner_id integer not null generated by default as identity,
  client_id text not null,
  name text not null,
  type text not null,
  status text not null default 'active'::text,
  redirect_urls text[] not null,
  logo text,
  colour text not null default '#0b5cad'::text,
  require_signed_requests boolean not null default false,
  webhook_url text,
  webhook_secret_enc bytea,
  requests_per_minute integer,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  may_headless boolean not null default false,
  may_flexible_url boolean not null default false,
  constraint partners_pkey PRIMARY KEY (partner_id),
  constraint partners_client_id_key UNIQUE (client_id),
  constraint partners_client_id_check CHECK ((client_id ~ '^[A-Za-z0-9_-]{8,64}$'::text)),
  constraint partners_colour_check CHECK ((colour ~ '^#[0-9a-f]{6}$'::text)),
  constraint partners_logo_check CHECK ((octet_length(logo) <= 131072)),
  constraint partners_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 70))),
  constraint partners_redirect_urls_check CHECK (((cardinality(redirect_urls) >= 1) AND (cardinality(redirect_urls) <= 20))),
  constraint partners_requests_per_minute_check CHECK ((requests_per_minute > 0)),
  constraint partners_status_check CHECK ((status = ANY (ARRAY['active'::text, 'suspended'::text]))),
  constraint partners_type_check CHECK ((type = ANY (ARRAY['Ecommerce'::text, 'Finance'::text])))
);

create table payer_mails (
  partner_id integer not null,
  payment_id bigint not null,
  event_no integer not null,
  state text not null,
  recorded_at timestamp with time zone not null,
  constraint payer_mails_pkey PRIMARY KEY (partner_id, payment_id, event_no),
  constraint payer_mails_state_check CHECK ((state = ANY (ARRAY['sent'::text, 'failed'::text])))
);

create table payment_attempts (
  partner_id integer not null,
  payment_id bigint not null,
  attempt_no integer not null,
  bank_id text not null,
  state text not null,
  request_id uuid not null,
  order_enc bytea not null,
  session_enc bytea,
  bank_payment_hash bytea,
  bank_status text,
  refusal text,
  asked_no integer not null default 0,
  next_ask_at timestamp with time zone,
  submitted_at timestamp with time zone not null,
  returned_at timestamp with time zone,
  closed_at timestamp with time zone,
  constraint payment_attempts_pkey PRIMARY KEY (partner_id, payment_id, attempt_no),
  constraint payment_attempts_partner_id_payment_id_fkey FOREIGN KEY (partner_id, payment_id) REFERENCES payments(partner_id, payment_id),
  constraint payment_attempts_attempt_no_check CHECK (((attempt_no >= 1) AND (attempt_no <= 100))),
  constraint payment_attempts_state_check CHECK ((state = ANY (ARRAY['entering'::text, 'sending'::text, 'unknown'::text, 'open'::text, 'closed'::text])))
) with (fillfactor=50);
CREATE INDEX payment_attempts_at_no_door ON public.payment_attempts USING btree (submitted_at) WHERE ((state = 'entering'::text) AND (session_enc IS NULL));
CREATE UNIQUE INDEX payment_attempts_bank_payment ON public.payment_attempts USING btree (partner_id, bank_payment_hash) WHERE (bank_payment_hash IS NOT NULL);
CREATE INDEX payment_attempts_due ON public.payment_attempts USING btree (next_ask_at) WHERE (state = ANY (ARRAY['sending'::text, 'unknown'::text, 'open'::text]));
CREATE UNIQUE INDEX payment_attempts_live ON public.payment_attempts USING btree (partner_id, payment_id) WHERE (state = ANY (ARRAY['entering'::text, 'sending'::text, 'unknown'::text, 'open'::text]));

create table payment_events (
  partner_id integer not null,
  payment_id bigint not null,
  event_no integer not null,
  type text not null,
  status text not null,
  cause text not null,
  detail jsonb,
  at timestamp with time zone not null,
  constraint payment_events_pkey PRIMARY KEY (partner_id, payment_id, event_no),
  constraint payment_events_cause_check CHECK ((cause = ANY (ARRAY['partner'::text, 'payer'::text, 'return'::text, 'poll'::text, 'push'::text, 'worker'::text, 'staff'::text, 'list'::text])))
);
CREATE INDEX payment_events_at ON public.payment_events USING brin (at) WITH (pages_per_range='16');

create table payments (
  partner_id integer not null,
  payment_id bigint not null default nextval('payment_id_seq'::regclass),
  status text not null default 'INIT'::text,
  reason text,
  certificate_thumbprint text not null,
  refresh_hash bytea not null,
  tokens_revoked_at timestamp with time zone,
  requested_at timestamp with time zone,
  request_hash bytea,
  amount_minor bigint,
  currency text not null default 'RON'::text,
  terms_enc bytea,
  redirect_url text,
  creditor_iban_hash bytea,
  debtor_iban_hash bytea,
  email_hash bytea,
  payer_hash bytea,
  attempt_no integer not null default 0,
  bank_id text,
  settled_attempt_no integer,
  event_no integer not null default 0,
  created_at timestamp with time zone not null default now(),
  status_at timestamp with time zone not null default now(),
  finished_at timestamp with time zone,
  kind text not null default 'single'::text,
  list_payment_id bigint,
  item_no integer,
  item_count integer,
  list_way text,
  is_link boolean not null default false,
  is_headless boolean not null default false,
  flexible_url boolean not null default false,
  execution_date date,
  agreement_id text,
  expires_at timestamp with time zone default (now() + '00:30:00'::interval),
  standing text not null generated always as (
CASE
    WHEN (finished_at IS NULL) THEN 'OPEN'::text
    ELSE status
END) stored,
  found_debtor_hash bytea generated always as (
CASE
    WHEN (finished_at IS NOT NULL) THEN debtor_iban_hash
    ELSE NULL::bytea
END) stored,
  found_creditor_hash bytea generated always as (
CASE
    WHEN (finished_at IS NOT NULL) THEN creditor_iban_hash
    ELSE NULL::bytea
END) stored,
  found_email_hash bytea generated always as (
CASE
    WHEN (finished_at IS NOT NULL) THEN email_hash
    ELSE NULL::bytea
END) stored,
  found_payer_hash bytea generated always as (
CASE
    WHEN (finished_at IS NOT NULL) THEN payer_hash
    ELSE NULL::bytea
END) stored,
  constraint payments_pkey PRIMARY KEY (partner_id, payment_id),
  constraint payments_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES partners(partner_id),
  constraint payments_agreement_id_check CHECK (((char_length(agreement_id) >= 1) AND (char_length(agreement_id) <= 100))),
  constraint payments_amount_minor_check CHECK (((amount_minor >= 1) AND (amount_minor <= '99999999999'::bigint))),
  constraint payments_attempted CHECK (((status = ANY (ARRAY['INIT'::text, 'ABND'::text, 'CANC'::text, 'BLOCKED'::text])) OR (attempt_no > 0) OR (kind = ANY (ARRAY['list'::text, 'item'::text])))),
  constraint payments_check CHECK (((requested_at IS NULL) = (request_hash IS NULL))),
  constraint payments_check2 CHECK (((status = 'ACSC'::text) = (settled_attempt_no IS NOT NULL))),
  constraint payments_currency_check CHECK ((currency = 'RON'::text)),
  constraint payments_item_count_check CHECK (((item_count >= 1) AND (item_count <= 500))),
  constraint payments_item_no_check CHECK (((item_no >= 1) AND (item_no <= 500))),
  constraint payments_kind_check CHECK ((kind = ANY (ARRAY['single'::text, 'list'::text, 'item'::text, 'recurring'::text]))),
  constraint payments_list_item CHECK (((kind = 'item'::text) = ((list_payment_id IS NOT NULL) AND (item_no IS NOT NULL)))),
  constraint payments_list_of_items CHECK (((kind = 'list'::text) = (item_count IS NOT NULL))),
  constraint payments_list_way_check CHECK ((list_way = ANY (ARRAY['together'::text, 'one_by_one'::text]))),
  constraint payments_part_of_list CHECK (((status <> 'PART'::text) OR (kind = 'list'::text))),
  constraint payments_payment_id_check CHECK (((payment_id >= 1) AND (payment_id <= '9007199254740991'::bigint))),
  constraint payments_recurring_agreement CHECK (((kind <> 'recurring'::text) OR (agreement_id IS NOT NULL))),
  constraint payments_status_check CHECK ((status = ANY (ARRAY['INIT'::text, 'RCVD'::text, 'ACTC'::text, 'ACCP'::text, 'ACSP'::text, 'PDNG'::text, 'ACSC'::text, 'RJCT'::text, 'CANC'::text, 'ABND'::text, 'BLOCKED'::text, 'PART'::text])))
) with (fillfactor=50);
CREATE INDEX payments_begun ON public.payments USING btree (partner_id, created_at);
CREATE INDEX payments_created ON public.payments USING btree (created_at, payment_id) WHERE (payment_id > 0);
CREATE INDEX payments_creditor ON public.payments USING btree (found_creditor_hash, created_at, payment_id) WHERE (found_creditor_hash IS NOT NULL);
CREATE INDEX payments_debtor ON public.payments USING btree (found_debtor_hash, created_at, payment_id) WHERE (found_debtor_hash IS NOT NULL);
CREATE INDEX payments_email ON public.payments USING btree (found_email_hash, created_at, payment_id) WHERE (found_email_hash IS NOT NULL);
CREATE INDEX payments_expiring ON public.payments USING btree (expires_at) WHERE ((finished_at IS NULL) AND (expires_at IS NOT NULL));
CREATE INDEX payments_of_list ON public.payments USING btree (partner_id, list_payment_id, item_no) WHERE (list_payment_id IS NOT NULL);
CREATE INDEX payments_payer ON public.payments USING btree (found_payer_hash, created_at, payment_id) WHERE (found_payer_hash IS NOT NULL);
CREATE INDEX payments_standing ON public.payments USING btree (partner_id, standing, created_at, payment_id);

create table register_reminders (
  register text not null,
  subject text not null,
  stage text not null,
  due_at timestamp with time zone not null,
  step text not null,
  sent_at timestamp with time zone not null,
  constraint register_reminders_pkey PRIMARY KEY (register, subject, stage, due_at, step)
);

create table register_reports (
  register text not null,
  subject text not null,
  stage text not null,
  version_no integer not null,
  state text not null,
  save_no integer not null default 1,
  content_enc bytea not null,
  saved_by text not null,
  saved_at timestamp with time zone not null,
  submitted_by text,
  submitted_at timestamp with time zone,
  constraint register_reports_pkey PRIMARY KEY (register, subject, stage, version_no),
  constraint register_reports_check CHECK (((register = 'fraud'::text) = (stage = 'half-year'::text))),
  constraint register_reports_check1 CHECK (((state = 'draft'::text) = (submitted_at IS NULL))),
  constraint register_reports_check2 CHECK (((submitted_at IS NULL) = (submitted_by IS NULL))),
  constraint register_reports_register_check CHECK ((register = ANY (ARRAY['fraud'::text, 'incident'::text]))),
  constraint register_reports_stage_check CHECK ((stage = ANY (ARRAY['half-year'::text, 'initial'::text, 'intermediate'::text, 'final'::text]))),
  constraint register_reports_state_check CHECK ((state = ANY (ARRAY['draft'::text, 'submitted'::text, 'corrected'::text]))),
  constraint register_reports_subject_check CHECK (((char_length(subject) >= 1) AND (char_length(subject) <= 20))),
  constraint register_reports_version_no_check CHECK (((version_no >= 1) AND (version_no <= 1000)))
);
CREATE UNIQUE INDEX register_reports_draft ON public.register_reports USING btree (register, subject, stage) WHERE (state = 'draft'::text);
CREATE UNIQUE INDEX register_reports_standing ON public.register_reports USING btree (register, subject, stage) WHERE (state = 'submitted'::text);

create table report_cards (
  partner_id integer not null,
  day date not null,
  currency text not null,
  source text not null,
  scheme text not null,
  result text not null,
  gateway_code text not null,
  transaction_count bigint not null,
  transaction_minor bigint not null,
  constraint report_cards_pkey PRIMARY KEY (partner_id, day, currency, source, scheme, result, gateway_code),
  constraint report_cards_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES partners(partner_id)
);
CREATE INDEX report_cards_day ON public.report_cards USING btree (day);

create table report_days (
  partner_id integer not null,
  day date not null,
  bank_id text not null,
  pages_reserved bigint not null,
  pages_requested bigint not null,
  pages_opened bigint not null,
  pages_submitted bigint not null,
  pages_at_bank bigint not null,
  pages_authorised bigint not null,
  pages_settled bigint not null,
  payment_count bigint not null,
  payment_minor bigint not null,
  settled_count bigint not null,
  settled_minor bigint not null,
  try_count bigint not null,
  try_settled_count bigint not null,
  try_failed_count bigint not null,
  constraint report_days_pkey PRIMARY KEY (partner_id, day, bank_id),
  constraint report_days_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES partners(partner_id)
);
CREATE INDEX report_days_day ON public.report_days USING btree (day);

create table report_progress (
  only_row boolean not null default true,
  counted_until timestamp with time zone not null,
  constraint report_progress_pkey PRIMARY KEY (only_row),
  constraint report_progress_only_row_check CHECK (only_row)
);

create table report_reasons (
  partner_id integer not null,
  day date not null,
  bank_id text not null,
  outcome text not null,
  reason text not null,
  failed_count bigint not null,
  failed_minor bigint not null,
  constraint report_reasons_pkey PRIMARY KEY (partner_id, day, bank_id, outcome, reason),
  constraint report_reasons_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES partners(partner_id)
);
CREATE INDEX report_reasons_day ON public.report_reasons USING btree (day);

create table report_settlements (
  partner_id integer not null,
  day date not null,
  settled_day date not null,
  settled_count bigint not null,
  settled_minor bigint not null,
  constraint report_settlements_pkey PRIMARY KEY (partner_id, day, settled_day),
  constraint report_settlements_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES partners(partner_id)
);
CREATE INDEX report_settlements_day ON public.report_settlements USING btree (settled_day);

create table report_times (
  partner_id integer not null,
  day date not null,
  bank_id text not null,
  up_to_s integer not null,
  settled_count bigint not null,
  constraint report_times_pkey PRIMARY KEY (partner_id, day, bank_id, up_to_s),
  constraint report_times_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES partners(partner_id)
);
CREATE INDEX report_times_day ON public.report_times USING btree (day);

create table staff (
  staff_id integer not null generated by default as identity,
  user_name text not null,
  person_enc bytea not null,
  role text not null,
  status text not null default 'active'::text,
  password_hash text not null,
  password_at timestamp with time zone not null,
  password_is_temporary boolean not null,
  tries integer not null default 0,
  locked_at timestamp with time zone,
  totp_enc bytea,
  totp_step bigint,
  created_at timestamp with time zone not null,
  partner_id integer,
  constraint staff_pkey PRIMARY KEY (staff_id),
  constraint staff_user_name_key UNIQUE (user_name),
  constraint staff_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES partners(partner_id),
  constraint staff_check CHECK (((totp_enc IS NOT NULL) OR (totp_step IS NULL))),
  constraint staff_role_check CHECK ((((role = ANY (ARRAY['administrator'::text, 'compliance'::text, 'operations'::text, 'support'::text, 'auditor'::text])) AND (partner_id IS NULL)) OR ((role = ANY (ARRAY['partner_admin'::text, 'partner_reader'::text])) AND (partner_id IS NOT NULL)))),
  constraint staff_status_check CHECK ((status = ANY (ARRAY['active'::text, 'suspended'::text]))),
  constraint staff_tries_check CHECK ((tries >= 0)),
  constraint staff_user_name_check CHECK ((((partner_id IS NULL) AND (user_name ~ '^[a-z][a-z0-9._-]{2,31}$'::text)) OR ((partner_id IS NOT NULL) AND (user_name ~ '^[a-z][a-z0-9._-]{2,31}@[a-z0-9_-]{8,64}$'::text))))
);
CREATE INDEX staff_of_partner ON public.staff USING btree (partner_id) WHERE (partner_id IS NOT NULL);

create table staff_challenges_used (
  challenge_hash bytea not null,
  expires_at timestamp with time zone not null,
  constraint staff_challenges_used_pkey PRIMARY KEY (challenge_hash)
);
CREATE INDEX staff_challenges_used_expiry ON public.staff_challenges_used USING btree (expires_at);

create table staff_invitations (
  staff_id integer not null,
  token_hash bytea not null,
  invited_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  constraint staff_invitations_pkey PRIMARY KEY (staff_id),
  constraint staff_invitations_token_hash_key UNIQUE (token_hash),
  constraint staff_invitations_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES staff(staff_id)
);

create table staff_passkeys (
  passkey_id uuid not null,
  staff_id integer not null,
  credential_id bytea not null,
  public_key bytea not null,
  counter bigint not null,
  transports text[] not null,
  is_backed_up boolean not null,
  name_enc bytea not null,
  created_at timestamp with time zone not null,
  used_at timestamp with time zone,
  constraint staff_passkeys_pkey PRIMARY KEY (passkey_id),
  constraint staff_passkeys_credential_id_key UNIQUE (credential_id),
  constraint staff_passkeys_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES staff(staff_id),
  constraint staff_passkeys_counter_check CHECK ((counter >= 0)),
  constraint staff_passkeys_credential_id_check CHECK (((octet_length(credential_id) >= 1) AND (octet_length(credential_id) <= 1023)))
);
CREATE INDEX staff_passkeys_of ON public.staff_passkeys USING btree (staff_id, created_at);

create table staff_passwords (
  staff_id integer not null,
  password_no integer not null,
  password_hash text not null,
  set_at timestamp with time zone not null,
  constraint staff_passwords_pkey PRIMARY KEY (staff_id, password_no),
  constraint staff_passwords_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES staff(staff_id)
);

create table staff_recovery_codes (
  staff_id integer not null,
  code_hash bytea not null,
  used_at timestamp with time zone,
  constraint staff_recovery_codes_pkey PRIMARY KEY (staff_id, code_hash),
  constraint staff_recovery_codes_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES staff(staff_id)
);

create table staff_sessions (
  session_id uuid not null default gen_random_uuid(),
  token_hash bytea not null,
  staff_id integer not null,
  stage text not null,
  address text not null,
  tries integer not null default 0,
  created_at timestamp with time zone not null,
  seen_at timestamp with time zone not null,
  ends_at timestamp with time zone not null,
  ended_at timestamp with time zone,
  end_reason text,
  constraint staff_sessions_pkey PRIMARY KEY (session_id),
  constraint staff_sessions_token_hash_key UNIQUE (token_hash),
  constraint staff_sessions_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES staff(staff_id),
  constraint staff_sessions_check CHECK (((ended_at IS NULL) = (end_reason IS NULL))),
  constraint staff_sessions_stage_check CHECK ((stage = ANY (ARRAY['second_factor'::text, 'password'::text, 'enrolment'::text, 'open'::text])))
);
CREATE INDEX staff_sessions_of ON public.staff_sessions USING btree (staff_id, created_at);

create table staff_tries (
  staff_id integer not null,
  source text not null,
  failures double precision not null,
  counted_at timestamp with time zone not null,
  constraint staff_tries_pkey PRIMARY KEY (staff_id, source),
  constraint staff_tries_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES staff(staff_id),
  constraint staff_tries_failures_check CHECK ((failures >= (0)::double precision))
);

create table webhook_deliveries (
  partner_id integer not null,
  payment_id bigint not null,
  event_no integer not null,
  state text not null,
  tries integer not null default 0,
  first_tried_at timestamp with time zone,
  next_try_at timestamp with time zone,
  delivered_at timestamp with time zone,
  last_outcome text,
  constraint webhook_deliveries_pkey PRIMARY KEY (partner_id, payment_id, event_no),
  constraint webhook_deliveries_state_check CHECK ((state = ANY (ARRAY['pending'::text, 'delivered'::text, 'failed'::text])))
);
CREATE INDEX webhook_deliveries_undelivered ON public.webhook_deliveries USING btree (partner_id, payment_id, event_no) WHERE (state <> 'delivered'::text);

CREATE OR REPLACE FUNCTION public.admit_to_limits(of_partner integer, at_time timestamp with time zone, payment_ids bigint[], amounts bigint[], payers bytea[], clients bytea[], creditors bytea[], debtor bytea)
 RETURNS TABLE(indicator text, outcome text, measured bigint, level bigint, is_first boolean)
 LANGUAGE plpgsql
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
#variable_conflict use_column
declare
  today date := (at_time at time zone 'Europe/Bucharest')::date;
  -- A mean of fewer payments says nothing.
  mean_of_at_least constant integer := 20;
  total bigint;
  the_day limit_days;
  new_count bigint;
  added_minor bigint;
  largest bigint;
  per_payer bigint;
  new_clients bigint;
  new_payers bigint;
  beneficiaries bigint;
  new_beneficiaries bigint;
  breach record;
  is_blocked boolean := false;
  -- Of a single payment: what is stored of its payer, its accounts and itself.
  committing text;
  is_one constant boolean := cardinality(payment_ids) = 1;
  counted_day date;
  counted_minor bigint;
  counted_payer bytea;
  of_payer bigint;
  of_creditor bigint;
  of_debtor bigint;
  paid_first date;
  paid_last date;
  is_known_client boolean;
  passes_a_level boolean;
begin
  -- The partner's row is held until this is committed, so the commit does not wait for the disk. Nothing is sent of a
  -- payment before its claim is on the disk, and all that was committed before is on it then: a count that a crash takes
  -- away is of a payment that was never sent.
  -- As an assignment it is evaluated without a statement.
  committing := set_config('synchronous_commit', 'off', true);
  select client_count into total from limit_totals where partner_id = of_partner for update;
  if not found then
    insert into limit_totals (partner_id) values (of_partner) on conflict do nothing;
    select client_count into total from limit_totals where partner_id = of_partner for update;
  end if;
  select * into the_day from limit_days where partner_id = of_partner and day = today;

  if is_one then
    -- All of it in one statement, each look-up by its whole key.
    select e.day, e.amount_minor, e.payer_hash, p.first_day, p.last_day,
        (select count from limit_counts where partner_id = of_partner and day = today and kind = 'payer' and key_hash = payers[1]),
        (select count from limit_counts where partner_id = of_partner and day = today and kind = 'creditor' and key_hash = creditors[1]),
        (select count from limit_counts where partner_id = of_partner and day = today and kind = 'debtor' and key_hash = debtor),
        exists (select from limit_clients where partner_id = of_partner and payer_hash = clients[1])
      into counted_day, counted_minor, counted_payer, paid_first, paid_last, of_payer, of_creditor, of_debtor, is_known_client
      from (select) as it
        left join limit_entries e on e.partner_id = of_partner and e.payment_id = payment_ids[1]
        left join limit_pairs p on p.partner_id = of_partner and p.creditor_iban_hash = creditors[1] and p.debtor_iban_hash = debtor;
    largest := amounts[1];
    if counted_day is distinct from today then
      new_count := 1;
      added_minor := largest;
      per_payer := coalesce(of_payer, 0) + 1;
    else
      new_count := 0;
      added_minor := largest - counted_minor;
      if counted_payer <> payers[1] then per_payer := coalesce(of_payer, 0) + 1; end if;
    end if;
    new_clients := case when clients[1] is null or is_known_client then 0 else 1 end;
    if paid_first is null then new_payers := coalesce(of_creditor, 0) + 1; end if;
    new_beneficiaries := case when paid_last is distinct from today then 1 else 0 end;
    beneficiaries := new_beneficiaries + coalesce(of_debtor, 0);
  else
    select count(*) filter (where is_new), coalesce(sum(amount - was), 0), max(amount) into new_count, added_minor, largest
      from (select i.amount, e.day is distinct from today as is_new, case when e.day = today then e.amount_minor else 0 end as was
        from unnest(payment_ids, amounts) as i (payment_id, amount)
        left join lateral (select * from limit_entries where partner_id = of_partner and payment_id = i.payment_id offset 0) e on true) items;
    select max(coalesce(c.count, 0) + n) into per_payer
      from (select i.payer, count(*) as n from unnest(payment_ids, payers) as i (payment_id, payer)
        left join lateral (select * from limit_entries where partner_id = of_partner and payment_id = i.payment_id offset 0) e on true
        where e.day is distinct from today or e.payer_hash <> i.payer group by i.payer) added
      left join lateral (select count from limit_counts
        where partner_id = of_partner and day = today and kind = 'payer' and key_hash = added.payer offset 0) c on true;
    select count(*) into new_clients
      from (select distinct client from unnest(clients) as client where client is not null) asked
      where not exists (select from limit_clients k where k.partner_id = of_partner and k.payer_hash = asked.client offset 0);
    select max(coalesce(c.count, 0) + 1) filter (where p.first_day is null), count(*) filter (where p.last_day is distinct from today)
      into new_payers, new_beneficiaries
      from (select distinct creditor from unnest(creditors) as creditor) asked
      left join lateral (select * from limit_pairs
        where partner_id = of_partner and creditor_iban_hash = asked.creditor and debtor_iban_hash = debtor offset 0) p on true
      left join lateral (select count from limit_counts
        where partner_id = of_partner and day = today and kind = 'creditor' and key_hash = asked.creditor offset 0) c on true;
    beneficiaries := new_beneficiaries + coalesce((select count from limit_counts
      where partner_id = of_partner and day = today and kind = 'debtor' and key_hash = debtor), 0);
  end if;

  -- Most payments pass none: whether this one does is asked first, in one look at the levels.
  select bool_or(case indicator
      when 'max_amount' then largest > lowest
      when 'daily_volume' then new_count > 0 and coalesce(the_day.sent_count, 0) + new_count > lowest
      when 'daily_unfinished' then new_count > 0 and coalesce(the_day.sent_count, 0) + new_count - (
        -- Of some use only where that has a level: sixteen rows.
        select coalesce(sum(a.approved_count), 0) from limit_approvals a where a.partner_id = of_partner and a.day = today) > lowest
      when 'daily_per_payer' then per_payer > lowest
      when 'clients' then new_clients > 0 and total + new_clients > lowest
      when 'new_payers' then new_payers > lowest
      when 'beneficiaries' then new_beneficiaries > 0 and beneficiaries > lowest
      else largest > lowest end) into passes_a_level
    from (select indicator, least(warn_level, block_level) as lowest from partner_limits where partner_id = of_partner) levels;
  if passes_a_level then
    for breach in
      with levels as materialized (
        select l.indicator, l.warn_level, l.block_level from partner_limits l
        where l.partner_id = of_partner and (l.warn_level is not null or l.block_level is not null)),
      days as (
        select sum(d.sent_minor) + added_minor as minor, sum(d.sent_count) + new_count as count
        from limit_days d where d.partner_id = of_partner and d.day > today - 30 and d.day <= today
          and exists (select from levels where indicator = 'mean_amount')),
      now (indicator, value) as (
        -- Each only where these payments add to it: what is beyond its level for other reasons is not theirs.
        values ('max_amount', largest),
          ('daily_volume', case when new_count > 0 then coalesce(the_day.sent_count, 0) + new_count end),
          ('daily_unfinished', case when new_count > 0
            then coalesce(the_day.sent_count, 0) + new_count - (select coalesce(sum(a.approved_count), 0)::bigint
              from limit_approvals a where a.partner_id = of_partner and a.day = today) end),
          ('daily_per_payer', per_payer),
          ('clients', case when new_clients > 0 then total + new_clients end),
          ('new_payers', new_payers),
          ('beneficiaries', case when new_beneficiaries > 0 then beneficiaries end),
          ('mean_amount', case when added_minor > 0
            then (select (minor / count)::bigint from days where count >= mean_of_at_least) end))
      select n.indicator, n.value, l.block_level, l.warn_level,
        coalesce(n.value > l.block_level and (n.indicator <> 'mean_amount' or largest > l.block_level), false) as blocks
      from now n join levels l on l.indicator = n.indicator
      -- A payment that brings the mean down is not stopped by it.
      where n.value > least(l.warn_level, l.block_level)
        and (n.indicator <> 'mean_amount' or largest > least(l.warn_level, l.block_level))
      order by blocks desc, n.indicator
    loop
      indicator := breach.indicator;
      measured := breach.value;
      outcome := case when breach.blocks then 'block' else 'warn' end;
      level := case when breach.blocks then breach.block_level else breach.warn_level end;
      is_blocked := is_blocked or outcome = 'block';
      -- What is blocked for another reason does not happen, and warns of nothing.
      if outcome = 'block' or not is_blocked then
        is_first := raise_limit_alert(of_partner, at_time, payment_ids[1], indicator, outcome, measured, level);
        return next;
      end if;
    end loop;
  end if;
  if is_blocked then return; end if;

  if is_one then
    -- Who holds the partner's row writes these alone: what was there is there.
    if of_payer is not null and per_payer is not null and paid_first is not null and new_beneficiaries = 0 then
      update limit_counts set count = count + 1 where partner_id = of_partner and day = today and kind = 'payer' and key_hash = payers[1];
    else
      insert into limit_counts as c (partner_id, day, kind, key_hash, count)
        select of_partner, today, kind, key_hash, 1
        from (values ('payer', payers[1], per_payer is not null), ('creditor', creditors[1], paid_first is null),
          ('debtor', debtor, new_beneficiaries > 0)) as added (kind, key_hash, counts) where counts
        on conflict (partner_id, day, kind, key_hash) do update set count = c.count + 1;
    end if;
  else
    insert into limit_counts as c (partner_id, day, kind, key_hash, count)
      select of_partner, today, 'payer', i.payer, count(*) from unnest(payment_ids, payers) as i (payment_id, payer)
        left join lateral (select * from limit_entries where partner_id = of_partner and payment_id = i.payment_id offset 0) e on true
        where e.day is distinct from today or e.payer_hash <> i.payer group by i.payer
      union all
      select of_partner, today, 'creditor', asked.creditor, 1
        from (select distinct creditor from unnest(creditors) as creditor) asked
        where not exists (select from limit_pairs p where p.partner_id = of_partner
          and p.creditor_iban_hash = asked.creditor and p.debtor_iban_hash = debtor offset 0)
      union all
      select of_partner, today, 'debtor', debtor, new_beneficiaries where new_beneficiaries > 0
      on conflict (partner_id, day, kind, key_hash) do update set count = c.count + excluded.count;
  end if;
  if new_beneficiaries > 0 then
    insert into limit_pairs (partner_id, creditor_iban_hash, debtor_iban_hash, first_day, last_day)
      select distinct of_partner, creditor, debtor, today, today from unnest(creditors) as creditor
      on conflict (partner_id, creditor_iban_hash, debtor_iban_hash) do update set last_day = today;
  end if;
  if new_clients > 0 then
    insert into limit_clients (partner_id, payer_hash, first_day)
      select distinct of_partner, client, today from unnest(clients) as client where client is not null
      on conflict do nothing;
    update limit_totals set client_count = client_count + new_clients where partner_id = of_partner;
  end if;
  if is_one and counted_day is null then
    insert into limit_entries (partner_id, payment_id, day, amount_minor, payer_hash)
      values (of_partner, payment_ids[1], today, largest, payers[1]);
  else
    insert into limit_entries as e (partner_id, payment_id, day, amount_minor, payer_hash)
      select of_partner, i.payment_id, today, i.amount, i.payer
        from unnest(payment_ids, amounts, payers) as i (payment_id, amount, payer) order by i.payment_id
      on conflict (partner_id, payment_id) do update
        set day = excluded.day, amount_minor = excluded.amount_minor, payer_hash = excluded.payer_hash
        where (e.day, e.amount_minor, e.payer_hash) is distinct from (excluded.day, excluded.amount_minor, excluded.payer_hash);
  end if;
  if the_day.day is not null then
    update limit_days d set sent_count = d.sent_count + new_count, sent_minor = d.sent_minor + added_minor,
        max_minor = greatest(d.max_minor, largest), most_per_payer = greatest(d.most_per_payer, per_payer),
        most_new_payers = greatest(d.most_new_payers, new_payers),
        most_beneficiaries = greatest(d.most_beneficiaries, beneficiaries), client_count = total + new_clients
      where partner_id = of_partner and day = today;
  else
    insert into limit_days as d (partner_id, day, sent_count, sent_minor, max_minor, most_per_payer, most_new_payers,
        most_beneficiaries, client_count)
      values (of_partner, today, new_count, added_minor, largest, coalesce(per_payer, 0), coalesce(new_payers, 0),
        beneficiaries, total + new_clients)
      on conflict (partner_id, day) do update set sent_count = d.sent_count + new_count, sent_minor = d.sent_minor + added_minor,
        max_minor = greatest(d.max_minor, largest), most_per_payer = greatest(d.most_per_payer, per_payer),
        most_new_payers = greatest(d.most_new_payers, new_payers),
        most_beneficiaries = greatest(d.most_beneficiaries, beneficiaries), client_count = total + new_clients;
  end if;
end $function$;

CREATE OR REPLACE FUNCTION public.audit_log_append()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
declare
  last_number bigint;
  last_hash bytea;
begin
  perform pg_advisory_xact_lock(7068110003);
  -- By its number, not its name: a temporary table of that name would be found first.
  execute format('select number, hash from %s order by number desc limit 1', tg_relid::regclass)
    into last_number, last_hash;
  new.number := coalesce(last_number, 0) + 1;
  new.previous_hash := coalesce(last_hash, sha256(convert_to('punte-audit-1', 'UTF8')));
  new.at := clock_timestamp();
  select sha256(convert_to(
      string_agg(coalesce(octet_length(convert_to(field, 'UTF8')) || ':' || field, '-'), ',' order by position), 'UTF8'))
    into new.hash
    from unnest(array[
      'punte-audit-1', new.number::text, encode(new.previous_hash, 'hex'),
      to_char(new.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
      new.actor_kind, new.actor, new.origin, new.act, new.subject_kind, new.subject_id, new.outcome,
      new.before::text, new.after::text]) with ordinality as fields (field, position);
  return new;
end $function$;

CREATE OR REPLACE FUNCTION public.audit_log_refuse()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception 'the audit log is only appended to' using errcode = 'insufficient_privilege';
end $function$;

CREATE OR REPLACE FUNCTION public.case_may_be_erased(of_case integer)
 RETURNS boolean
 LANGUAGE sql
 STABLE
AS $function$
  select exists (select from cases c where c.case_id = of_case
    and c.state in ('refused', 'withdrawn', 'relationship_ended', 'erased') and c.keep_until <= now())
$function$;

CREATE OR REPLACE FUNCTION public.partner_may_be_erased(of_partner integer)
 RETURNS boolean
 LANGUAGE sql
 STABLE
AS $function$
  select exists (select from cases c where c.partner_id = of_partner
    and c.approved_at is not null and c.state in ('relationship_ended', 'erased') and c.keep_until <= now())
$function$;

CREATE OR REPLACE FUNCTION public.raise_limit_alert(of_partner integer, at_time timestamp with time zone, of_payment bigint, of_indicator text, of_outcome text, value bigint, of_level bigint)
 RETURNS boolean
 LANGUAGE plpgsql
AS $function$
declare
  of_day constant date := (at_time at time zone 'Europe/Bucharest')::date;
begin
  -- Looked for first, because each try of an insert uses up a number, and every payment above a level comes by here.
  if not exists (select from alerts a where a.partner_id = of_partner and a.indicator = of_indicator and a.day = of_day
      and a.outcome = of_outcome) then
    insert into alerts (partner_id, indicator, day, outcome, measured, level, payment_id, raised_at, last_at)
      values (of_partner, of_indicator, of_day, of_outcome, value, of_level, of_payment, at_time, at_time)
      on conflict (partner_id, indicator, day, outcome) do nothing;
    if found then return true; end if;
  end if;
  if of_outcome = 'block' then
    update alerts a set times = a.times + 1, last_at = at_time
      where a.partner_id = of_partner and a.indicator = of_indicator and a.outcome = 'block' and a.day = of_day;
  end if;
  return false;
end $function$;

CREATE OR REPLACE FUNCTION public.refuse_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if (to_jsonb(new) - tg_argv::text[]) is distinct from (to_jsonb(old) - tg_argv::text[]) then
    raise exception 'what is on record does not change' using errcode = 'insufficient_privilege';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION public.refuse_change_of_paid()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception 'what is paid stays as it is' using errcode = 'check_violation';
end $function$;

CREATE OR REPLACE FUNCTION public.refuse_change_of_retention()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if old.ended_at is not null and (new.ended_at is distinct from old.ended_at or new.keep_until < old.keep_until
      or new.state not in (old.state, 'erased') or (new.partner_id is distinct from old.partner_id)) then
    raise exception 'retention is not shortened' using errcode = 'insufficient_privilege';
  end if;
  if new.created_at is distinct from old.created_at
      or (old.approved_at is not null and new.approved_at is distinct from old.approved_at) then
    raise exception 'what is on record does not change' using errcode = 'insufficient_privilege';
  end if;
  if new.state = 'erased' and old.state <> 'erased' and not old.keep_until <= now() then
    raise exception 'records of a case are kept until its time has come' using errcode = 'insufficient_privilege';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION public.refuse_erasure()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception 'what is kept by law is not erased this way' using errcode = 'insufficient_privilege';
end $function$;

CREATE OR REPLACE FUNCTION public.refuse_erasure_of_cases()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if exists (select from (select distinct case_id from erased) e where not case_may_be_erased(e.case_id)) then
    raise exception 'records of a case are kept until its time has come' using errcode = 'insufficient_privilege';
  end if;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION public.refuse_erasure_of_payments()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if exists (select from (select distinct partner_id from erased) e where not partner_may_be_erased(e.partner_id)) then
    raise exception 'the history of a partner is kept until its time has come' using errcode = 'insufficient_privilege';
  end if;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION public.refuse_return_of_partner()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if exists (select from cases c where c.partner_id = new.partner_id and c.approved_at is not null
      and c.state in ('relationship_ended', 'erased')) then
    raise exception 'the relationship with this partner has ended' using errcode = 'check_violation';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION public.register_reports_keep()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if old.state = 'draft' and tg_op = 'UPDATE' then return new; end if;
  -- What is sealed may be sealed anew under another key, and a report that stood may have been corrected.
  if tg_op = 'UPDATE' and (new.register, new.subject, new.stage, new.version_no, new.submitted_at, new.submitted_by)
      is not distinct from (old.register, old.subject, old.stage, old.version_no, old.submitted_at, old.submitted_by)
    and (new.state = old.state or (old.state = 'submitted' and new.state = 'corrected')) then return new; end if;
  raise exception 'a report that was submitted stays as it is' using errcode = 'insufficient_privilege';
end $function$;

CREATE TRIGGER agreements_kept AFTER DELETE ON public.agreements REFERENCING OLD TABLE AS erased FOR EACH STATEMENT EXECUTE FUNCTION refuse_erasure_of_payments();

CREATE TRIGGER agreements_not_emptied BEFORE TRUNCATE ON public.agreements FOR EACH STATEMENT EXECUTE FUNCTION refuse_erasure();

CREATE TRIGGER audit_log_append BEFORE INSERT ON public.audit_log FOR EACH ROW EXECUTE FUNCTION audit_log_append();

CREATE TRIGGER audit_log_refuse BEFORE DELETE OR UPDATE OR TRUNCATE ON public.audit_log FOR EACH STATEMENT EXECUTE FUNCTION audit_log_refuse();

CREATE TRIGGER card_events_kept AFTER DELETE ON public.card_events REFERENCING OLD TABLE AS erased FOR EACH STATEMENT EXECUTE FUNCTION refuse_erasure_of_payments();

CREATE TRIGGER card_events_not_emptied BEFORE TRUNCATE ON public.card_events FOR EACH STATEMENT EXECUTE FUNCTION refuse_erasure();

CREATE TRIGGER card_orders_kept AFTER DELETE ON public.card_orders REFERENCING OLD TABLE AS erased FOR EACH STATEMENT EXECUTE FUNCTION refuse_erasure_of_payments();

CREATE TRIGGER card_orders_not_emptied BEFORE TRUNCATE ON public.card_orders FOR EACH STATEMENT EXECUTE FUNCTION refuse_erasure();

CREATE TRIGGER card_transactions_kept AFTER DELETE ON public.card_transactions REFERENCING OLD TABLE AS erased FOR EACH STATEMENT EXECUTE FUNCTION refuse_erasure_of_payments();

CREATE TRIGGER card_transactions_not_emptied BEFORE TRUNCATE ON public.card_transactions FOR EACH STATEMENT EXECUTE FUNCTION refuse_erasure();

CREATE TRIGGER case_document_parts_kept AFTER DELETE ON public.case_document_parts REFERENCING OLD TABLE AS erased FOR EACH STATEMENT EXECUTE FUNCTION refuse_erasure_of_cases();

CREATE TRIGGER case_document_parts_not_emptied BEFORE TRUNCATE ON public.case_document_parts FOR EACH STATEMENT EXECUTE FUNCTION refuse_erasure();

CREATE TRIGGER case_document_parts_same BEFORE UPDATE ON public.case_document_parts FOR EACH STATEMENT EXECUTE FUNCTION refuse_erasure();

CREATE TRIGGER case_documents_kept AFTER DELETE ON public.case_documents REFERENCING OLD TABLE AS erased FOR EACH STATEMENT EXECUTE FUNCTION refuse_erasure_of_cases();

CREATE TRIGGER case_documents_not_emptied BEFORE TRUNCATE ON public.case_documents FOR EACH STATEMENT EXECUTE FUNCTION refuse_erasure();

CREATE TRIGGER case_documents_same BEFORE UPDATE ON public.case_documents FOR EACH ROW EXECUTE FUNCTION refuse_change('facts_enc', 'superseded_by');

CREATE TRIGGER case_events_kept AFTER DELETE ON public.case_events REFERENCING OLD TABLE AS erased FOR EACH STATEMENT EXECUTE FUNCTION refuse_erasure_of_cases();

CREATE TRIGGER case_events_not_emptied BEFORE TRUNCATE ON public.case_events FOR EACH STATEMENT EXECUTE FUNCTION refuse_erasure();

CREATE TRIGGER case_events_same BEFORE UPDATE ON public.case_events FOR EACH ROW EXECUTE FUNCTION refuse_change('text_enc');

CREATE TRIGGER case_invitations_kept AFTER DELETE ON public.case_invitations REFERENCING OLD TABLE AS erased FOR EACH STATEMENT EXECUTE FUNCTION refuse_erasure_of_cases();

CREATE TRIGGER case_invitations_not_emptied BEFORE TRUNCATE ON public.case_invitations FOR EACH STATEMENT EXECUTE FUNCTION refuse_erasure();

CREATE TRIGGER case_screenings_kept AFTER DELETE ON public.case_screenings REFERENCING OLD TABLE AS erased FOR EACH STATEMENT EXECUTE FUNCTION refuse_erasure_of_cases();

CREATE TRIGGER case_screenings_not_emptied BEFORE TRUNCATE ON public.case_screenings FOR EACH STATEMENT EXECUTE FUNCTION refuse_erasure();

CREATE TRIGGER case_versions_kept AFTER DELETE ON public.case_versions REFERENCING OLD TABLE AS erased FOR EACH STATEMENT EXECUTE FUNCTION refuse_erasure_of_cases();

CREATE TRIGGER case_versions_not_emptied BEFORE TRUNCATE ON public.case_versions FOR EACH STATEMENT EXECUTE FUNCTION refuse_erasure();

CREATE TRIGGER case_versions_same BEFORE UPDATE ON public.case_versions FOR EACH ROW EXECUTE FUNCTION refuse_change('content_enc');

CREATE TRIGGER cases_kept BEFORE DELETE OR TRUNCATE ON public.cases FOR EACH STATEMENT EXECUTE FUNCTION refuse_erasure();

CREATE TRIGGER cases_retention BEFORE UPDATE ON public.cases FOR EACH ROW EXECUTE FUNCTION refuse_change_of_retention();

CREATE TRIGGER erasures_kept BEFORE DELETE OR TRUNCATE ON public.erasures FOR EACH STATEMENT EXECUTE FUNCTION refuse_erasure();

CREATE TRIGGER partners_return BEFORE UPDATE OF status ON public.partners FOR EACH ROW WHEN (((new.status = 'active'::text) AND (old.status <> 'active'::text))) EXECUTE FUNCTION refuse_return_of_partner();

CREATE TRIGGER payment_attempts_kept AFTER DELETE ON public.payment_attempts REFERENCING OLD TABLE AS erased FOR EACH STATEMENT EXECUTE FUNCTION refuse_erasure_of_payments();

CREATE TRIGGER payment_attempts_not_emptied BEFORE TRUNCATE ON public.payment_attempts FOR EACH STATEMENT EXECUTE FUNCTION refuse_erasure();

CREATE TRIGGER payment_events_kept AFTER DELETE ON public.payment_events REFERENCING OLD TABLE AS erased FOR EACH STATEMENT EXECUTE FUNCTION refuse_erasure_of_payments();

CREATE TRIGGER payment_events_not_emptied BEFORE TRUNCATE ON public.payment_events FOR EACH STATEMENT EXECUTE FUNCTION refuse_erasure();

CREATE TRIGGER payments_kept AFTER DELETE ON public.payments REFERENCING OLD TABLE AS erased FOR EACH STATEMENT EXECUTE FUNCTION refuse_erasure_of_payments();

CREATE TRIGGER payments_not_emptied BEFORE TRUNCATE ON public.payments FOR EACH STATEMENT EXECUTE FUNCTION refuse_erasure();

CREATE TRIGGER payments_paid_once AFTER UPDATE OF status, settled_attempt_no, amount_minor ON public.payments FOR EACH ROW WHEN (((old.status = 'ACSC'::text) AND (((new.status IS DISTINCT FROM old.status) OR (new.settled_attempt_no IS DISTINCT FROM old.settled_attempt_no)) OR (new.amount_minor IS DISTINCT FROM old.amount_minor)))) EXECUTE FUNCTION refuse_change_of_paid();

CREATE TRIGGER register_reports_keep BEFORE DELETE OR UPDATE ON public.register_reports FOR EACH ROW EXECUTE FUNCTION register_reports_keep();

CREATE TRIGGER webhook_deliveries_kept AFTER DELETE ON public.webhook_deliveries REFERENCING OLD TABLE AS erased FOR EACH STATEMENT EXECUTE FUNCTION refuse_erasure_of_payments();
