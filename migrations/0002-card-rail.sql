-- The card rail. As in 0001: keys begin with partner_id, *_enc is sealed, *_hash is a keyed hash. What belongs to a merchant
-- (card numbers, names, what its requests told of payers) is sealed under the merchant's own data keys, which the
-- installation's key wraps: a rotation rewraps a handful of keys instead of every row. No security code has a column.

-- The same business on the card rail. Its API passwords are two, so that one can be replaced while the other works.
create table merchants (
  partner_id integer primary key references partners,
  merchant_id text not null unique check (merchant_id ~ '^[0-9A-Za-z_-]{1,40}$'),
  name text not null check (char_length(name) between 1 and 100),
  category_code text not null default '5999' check (category_code ~ '^[0-9]{4}$'),
  password_1_hash text,
  password_2_hash text,
  operations text[] not null default '{PAY,AUTHORIZE,VERIFY}' check (operations <@ '{PAY,AUTHORIZE,VERIFY}'),
  tokenization boolean not null default false,
  token_repository_id text not null check (token_repository_id ~ '^[0-9A-Za-z_-]{1,16}$'),
  token_generation text not null default 'RANDOM_WITH_LUHN'
    check (token_generation in ('RANDOM_WITH_LUHN', 'PRESERVE_6_4', 'MERCHANT_PROVIDED')),
  token_management text not null default 'UNIQUE_ACCOUNT' check (token_management in ('UNIQUE_ACCOUNT', 'UNIQUE_TOKEN')),
  scheme_tokens boolean not null default false,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

-- A merchant's contract with an acquirer. A payment takes the first link whose currencies hold the order's; one without
-- currencies takes no new ones.
create table acquirer_links (
  partner_id integer not null references merchants,
  link_no integer not null check (link_no between 1 and 20),
  acquirer_id text not null,
  acquirer_merchant_id text not null check (char_length(acquirer_merchant_id) between 1 and 40),
  terminal_id text not null check (char_length(terminal_id) between 1 and 16),
  sources text[] not null check (cardinality(sources) > 0 and sources <@
    '{INTERNET,MOTO,MAIL_ORDER,TELEPHONE_ORDER,VOICE_RESPONSE,CALL_CENTRE,MERCHANT}'),
  currencies text[] not null check (cardinality(currencies) <= 180),
  updated_at timestamptz not null default now(),
  primary key (partner_id, link_no)
);

create table data_keys (
  partner_id integer not null references partners,
  data_key_no integer not null check (data_key_no between 1 and 65535),
  key_enc bytea not null,
  created_at timestamptz not null default now(),
  primary key (partner_id, data_key_no)
);

-- The vault. A number is found by number_hash and leaves only through domain/vault/detokenize.ts.
create table card_tokens (
  partner_id integer not null references merchants,
  token text not null check (token ~ '^[0-9A-Za-z]{1,40}$'),
  number_hash bytea not null,
  -- Set to number_hash where the repository holds an account once, so that its uniqueness is the database's.
  account_hash bytea,
  number_enc bytea not null,
  masked_number text not null check (masked_number ~ '^[0-9]{6}x{3,9}[0-9]{0,4}$'),
  brand text not null,
  scheme text not null,
  expiry_month smallint check (expiry_month between 1 and 12),
  expiry_year smallint check (expiry_year between 0 and 99),
  name_enc bytea,
  status text not null default 'VALID' check (status in ('VALID', 'INVALID')),
  -- The card scheme's own token for this card, once issued: payments go out under it.
  scheme_token_state text not null default 'NONE' check (scheme_token_state in ('NONE', 'PENDING', 'ACTIVE', 'SUSPENDED')),
  scheme_token_enc bytea,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  updated_by text not null,
  last_used_at timestamptz,
  primary key (partner_id, token),
  unique (partner_id, account_hash),
  check ((expiry_month is null) = (expiry_year is null)),
  check (scheme_token_state in ('NONE', 'PENDING') or scheme_token_enc is not null)
) with (fillfactor = 80);
create index card_tokens_number on card_tokens (partner_id, number_hash);

create table card_sessions (
  partner_id integer not null references merchants,
  session_id text not null check (session_id ~ '^SESSION[0-9A-Z]{24,28}$'),
  version text not null check (version ~ '^[0-9a-f]{10}$'),
  fields_enc bytea not null,
  -- The code itself waits in the memory of the process that took it.
  security_code_given boolean not null default false,
  authentication_limit smallint not null check (authentication_limit between 0 and 25),
  authentications smallint not null default 0,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  expires_at timestamptz not null,
  primary key (partner_id, session_id)
);
create index card_sessions_expired on card_sessions (expires_at);

-- A payer's consent to a series of payments; one model for both rails.
create table agreements (
  partner_id integer not null references partners,
  agreement_id text not null check (char_length(agreement_id) between 1 and 100),
  rail text not null check (rail in ('card', 'account')),
  type text not null check (type in ('RECURRING', 'INSTALLMENT', 'UNSCHEDULED', 'OTHER')),
  version_no integer not null default 1,
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  amount_variability text check (amount_variability in ('FIXED', 'VARIABLE')),
  -- The one amount of a FIXED series: of the payment that opened it, else of its first merchant-initiated one.
  fixed_amount_minor bigint check (fixed_amount_minor > 0),
  fixed_by_opening boolean not null default false,
  minimum_amount_minor bigint check (minimum_amount_minor >= 0),
  maximum_amount_minor bigint check (maximum_amount_minor >= minimum_amount_minor),
  start_date date,
  expiry_date date,
  number_of_payments integer check (number_of_payments between 1 and 999),
  minimum_days_between_payments integer check (minimum_days_between_payments between 1 and 9999),
  payment_frequency text,
  -- Merchant-initiated payments under way or made.
  payments_taken integer not null default 0 check (payments_taken >= 0),
  -- The card of the last payer-initiated transaction: later merchant-initiated ones must use it.
  number_hash bytea,
  masked_number text,
  expiry_month smallint,
  expiry_year smallint,
  token text,
  established_order_id text,
  established_transaction_id text,
  trace_id text,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (partner_id, agreement_id),
  check (number_of_payments is null or payments_taken <= number_of_payments),
  check (fixed_amount_minor is null or (amount_variability is not null and amount_variability = 'FIXED')),
  check (rail <> 'card' or number_hash is not null)
) with (fillfactor = 70);

create table card_orders (
  partner_id integer not null references merchants,
  order_id text not null check (char_length(order_id) between 1 and 40),
  -- Counts the writes: a decision is written only onto the version it was made from. Numbers the events, too.
  version_no integer not null default 1,
  status text not null check (status in ('INITIATED', 'FAILED', 'VERIFIED', 'AUTHORIZED', 'PARTIALLY_CAPTURED', 'CAPTURED',
    'PARTIALLY_REFUNDED', 'REFUNDED', 'CANCELLED')),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  amount_minor bigint not null check (amount_minor between 0 and 999999999999999),
  authorized_minor bigint not null default 0 check (authorized_minor between 0 and 999999999999999),
  captured_minor bigint not null default 0,
  refunded_minor bigint not null default 0,
  -- The transaction that is at the acquirer: one at a time.
  live_transaction_id text,
  -- The initial transaction that succeeded (AUTHORIZATION or PAYMENT), else the last one tried.
  initial_transaction_id text not null,
  agreement_id text,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (partner_id, order_id),
  check (captured_minor between 0 and authorized_minor),
  check (refunded_minor between 0 and captured_minor),
  -- The status says what the totals say.
  check (case status
    when 'AUTHORIZED' then authorized_minor > 0 and captured_minor = 0
    when 'PARTIALLY_CAPTURED' then captured_minor > 0 and captured_minor < authorized_minor and refunded_minor = 0
    when 'CAPTURED' then captured_minor > 0 and captured_minor = authorized_minor and refunded_minor = 0
    when 'PARTIALLY_REFUNDED' then refunded_minor > 0 and refunded_minor < captured_minor
    when 'REFUNDED' then refunded_minor > 0 and refunded_minor = captured_minor
    else authorized_minor = 0 end)
) with (fillfactor = 60);

-- No foreign key to card_orders: every row is inserted by the statement that has just written its order.
create table card_transactions (
  partner_id integer not null,
  order_id text not null,
  transaction_id text not null check (char_length(transaction_id) between 1 and 40),
  type text not null check (type in ('PAYMENT', 'AUTHORIZATION', 'VERIFICATION', 'CAPTURE', 'REFUND', 'AUTHORIZATION_UPDATE',
    'VOID_AUTHORIZATION', 'VOID_CAPTURE', 'VOID_PAYMENT', 'VOID_REFUND')),
  -- The order's version that its submission made: the order of transactions, whatever the clocks of processes say.
  submission_no integer not null,
  request_hash bytea not null,
  -- submitted: written before the wire is used. unknown: the acquirer was asked and did not say. done: final.
  state text not null check (state in ('submitted', 'unknown', 'done')),
  result text not null check (result in ('PENDING', 'UNKNOWN', 'SUCCESS', 'FAILURE')),
  gateway_code text not null,
  amount_minor bigint not null check (amount_minor between 0 and 999999999999999),
  currency text not null,
  source text not null,
  target_transaction_id text,
  voided_by text,
  api_version integer not null,
  -- Our name for it at the acquirer: the same again is the same transaction there.
  reference uuid not null,
  link_no integer not null,
  -- What the acquirer said.
  acquirer_code text,
  acquirer_message text,
  authorization_code text,
  stan text,
  receipt text,
  acquirer_transaction_id text,
  trace_id text,
  csc_result text,
  avs_result text,
  -- The card, in initial transactions.
  funds_type text check (funds_type in ('CARD', 'SCHEME_TOKEN')),
  token text,
  number_hash bytea,
  masked_number text,
  brand text,
  scheme text,
  expiry_month smallint,
  expiry_year smallint,
  stored_on_file text check (stored_on_file in ('NOT_STORED', 'TO_BE_STORED', 'STORED')),
  agreement_id text,
  -- What the transaction opens or changes in its agreement when it succeeds (AgreementOpening), or undefined.
  agreement_opening jsonb,
  details_enc bytea,
  -- The order as this transaction left it: what an identical request is answered with, for ever.
  order_status text,
  order_amount_minor bigint not null,
  authorized_minor bigint not null default 0,
  captured_minor bigint not null default 0,
  refunded_minor bigint not null default 0,
  asked_no integer not null default 0,
  next_ask_at timestamptz,
  -- Set before a reversal leaves: from then on nothing but a reversal's own answer makes the transaction a success again.
  reversal_sent_at timestamptz,
  submitted_at timestamptz not null,
  recorded_at timestamptz,
  primary key (partner_id, order_id, transaction_id),
  check (case state when 'submitted' then result = 'PENDING' when 'unknown' then result = 'UNKNOWN' else result in ('SUCCESS', 'FAILURE') end),
  -- What has not ended is looked at again some time; what has ended never.
  check ((state = 'done') = (next_ask_at is null)),
  check ((state = 'done') = (recorded_at is not null)),
  check (state <> 'done' or order_status is not null),
  check (agreement_opening is null or (agreement_id is not null and number_hash is not null))
);
create index card_transactions_due on card_transactions (next_ask_at) where state in ('submitted', 'unknown');
-- One opening or card change of a series at a time: of two with different terms or cards the second sees what the first made.
create unique index card_transactions_opening on card_transactions (partner_id, agreement_id)
  where agreement_opening is not null and state in ('submitted', 'unknown');

-- What happened to an order after a submission, in order; written in the same statement as the fact. No personal data.
create table card_events (
  partner_id integer not null,
  order_id text not null,
  event_no integer not null,
  transaction_id text not null,
  type text not null,
  cause text not null check (cause in ('acquirer', 'sweep', 'staff')),
  detail jsonb,
  at timestamptz not null,
  primary key (partner_id, order_id, event_no)
);
