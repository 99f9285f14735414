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

create table data_keys (
  partner_id integer not null,
  data_key_no integer not null,
  key_enc bytea not null,
  created_at timestamp with time zone not null default now(),
  constraint data_keys_pkey PRIMARY KEY (partner_id, data_key_no),
  constraint data_keys_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES partners(partner_id),
  constraint data_keys_data_key_no_check CHECK (((data_key_no >= 1) AND (data_key_no <= 65535)))
);

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
  constraint partner_certificates_pkey PRIMARY KEY (partner_id, certificate_id),
  constraint partner_certificates_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES partners(partner_id)
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
CREATE INDEX payments_expiring ON public.payments USING btree (expires_at) WHERE ((finished_at IS NULL) AND (expires_at IS NOT NULL));
CREATE INDEX payments_of_list ON public.payments USING btree (partner_id, list_payment_id, item_no) WHERE (list_payment_id IS NOT NULL);

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
