-- Lists of payments, recurring payments, payment links, payments of a day to come, banks that are entered before anything
-- is initiated.

-- kind: single, one payment. list: several under one page; its amount is their sum, its money moves in its items. item: one
-- of a list. recurring: an order to the bank to pay again and again.
alter table payments
  add column kind text not null default 'single' check (kind in ('single', 'list', 'item', 'recurring')),
  add column list_payment_id bigint,
  add column item_no integer check (item_no between 1 and 500),
  add column item_count integer check (item_count between 1 and 500),
  -- together: the bank takes the list as one (bulk-payments). one_by_one: each item is authorised by itself.
  add column list_way text check (list_way in ('together', 'one_by_one')),
  add column is_link boolean not null default false,
  add column is_headless boolean not null default false,
  add column flexible_url boolean not null default false,
  add column execution_date date,
  add column agreement_id text check (char_length(agreement_id) between 1 and 100),
  -- When it is abandoned if it is still unpaid.
  add column expires_at timestamptz,
  add constraint payments_list_item check ((kind = 'item') = (list_payment_id is not null and item_no is not null)),
  add constraint payments_list_of_items check ((kind = 'list') = (item_count is not null)),
  add constraint payments_recurring_agreement check (kind <> 'recurring' or agreement_id is not null);

create index payments_of_list on payments (partner_id, list_payment_id, item_no) where list_payment_id is not null;
create index payments_expiring on payments (expires_at) where finished_at is null and expires_at is not null;

alter table payments drop constraint payments_status_check;
alter table payments add constraint payments_status_check check (status in
  ('INIT', 'RCVD', 'ACTC', 'ACCP', 'ACSP', 'PDNG', 'ACSC', 'RJCT', 'CANC', 'ABND', 'BLOCKED', 'PART'));
alter table payments add constraint payments_part_of_list check (status <> 'PART' or kind = 'list');
-- Of a list and its items the bank may hold an attempt of the other; a partner may cancel before there is any.
alter table payments drop constraint payments_check1;
alter table payments add constraint payments_attempted check
  (status in ('INIT', 'ABND', 'CANC', 'BLOCKED') or attempt_no > 0 or kind in ('list', 'item'));

-- entering: the payer is at the bank to let us in; nothing of the payment is there yet.
alter table payment_attempts drop constraint payment_attempts_state_check;
alter table payment_attempts add constraint payment_attempts_state_check
  check (state in ('entering', 'sending', 'unknown', 'open', 'closed'));
drop index payment_attempts_live;
create unique index payment_attempts_live on payment_attempts (partner_id, payment_id)
  where state in ('entering', 'sending', 'unknown', 'open');

alter table agreements
  add column status text check (status in ('PENDING', 'ACTIVE', 'CANCELLED', 'ENDED', 'REFUSED')),
  -- The recurring payment that established it (account rail).
  add column payment_id bigint,
  add column bank_id text,
  add column day_of_execution integer check (day_of_execution between 1 and 31),
  add constraint agreements_account check (rail <> 'account' or (status is not null and payment_id is not null));

-- What a partner may do beside the four calls.
alter table partners
  add column may_headless boolean not null default false,
  add column may_flexible_url boolean not null default false;

-- Expiry is read off the payment; the index on the creation of open payments has no reader any more. The default is for
-- processes of the version before, while both run.
update payments set expires_at = created_at + interval '30 minutes' where finished_at is null;
alter table payments alter column expires_at set default now() + interval '30 minutes';
drop index payments_open;

-- list: an item follows its list.
alter table payment_events drop constraint payment_events_cause_check;
alter table payment_events add constraint payment_events_cause_check
  check (cause in ('partner', 'payer', 'return', 'poll', 'push', 'worker', 'staff', 'list'));
