-- Every message to and from a bank about an attempt, for whoever must explain a payment. Kept for some months, then erased
-- by age: partner by partner along the index, so that what is erased is never looked for.
create table bank_exchanges (
  partner_id integer not null,
  payment_id bigint not null,
  exchange_id uuid not null,
  attempt_no integer not null,
  -- When the call was begun.
  at timestamptz not null,
  duration_ms integer not null check (duration_ms >= 0),
  purpose text not null check (purpose in
    ('enter', 'initiate', 'authorise', 'status', 'transfers', 'cancel', 'token', 'metadata')),
  method text not null,
  host text not null,
  path text not null check (char_length(path) <= 500),
  -- Either the answer's status, or why there is none.
  http_status integer,
  fault text check (fault in ('not_sent', 'unknown')),
  fault_reason text,
  -- Of a question that is asked again and again: which in a row of the same answers this is. Between 1 and a higher number
  -- nothing is kept.
  same_no integer not null default 1 check (same_no > 0),
  answer_hash bytea,
  -- Headers and bodies of both sides, without secrets, cut.
  messages_enc bytea not null,
  primary key (partner_id, payment_id, exchange_id),
  check ((http_status is null) = (fault is not null)),
  check ((fault is null) = (fault_reason is null))
);
-- No foreign key: a record beside the payment must never wait for it, nor it for a record.
create index bank_exchanges_old on bank_exchanges (partner_id, at);
