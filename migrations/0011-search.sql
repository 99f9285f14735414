-- Search of staff and partners through payments, orders, agreements and tokens: newest first, a page from where the last
-- one ended. Every index ends with what the list is ordered by, so that a page is read from the index and not sorted.

-- How a payment stands to whoever looks for it: its final status, or OPEN. A status of its own in an index would have every
-- index of the table written anew at each of its changes; this one changes when the payment is finished, as indexes do anyway.
-- The hashes people are looked for by are indexed from then on, too: what is not finished is few enough to be looked through.
alter table payments
  add column standing text not null
    generated always as (case when finished_at is null then 'OPEN' else status end) stored,
  add column found_debtor_hash bytea generated always as (case when finished_at is not null then debtor_iban_hash end) stored,
  add column found_creditor_hash bytea generated always as (case when finished_at is not null then creditor_iban_hash end) stored,
  add column found_email_hash bytea generated always as (case when finished_at is not null then email_hash end) stored,
  add column found_payer_hash bytea generated always as (case when finished_at is not null then payer_hash end) stored;

-- All payments, newest first. Which index a search goes by is not left to estimates: of how many payments a partner has of a
-- standing they know nothing, and a walk through everybody's payments for those of one would take seconds. So this one is
-- partial by what is always so, and serves only who says it.
create index payments_created on payments (created_at, payment_id) where payment_id > 0;
create index payments_standing on payments (partner_id, standing, created_at, payment_id);
create index payments_debtor on payments (found_debtor_hash, created_at, payment_id) where found_debtor_hash is not null;
create index payments_creditor on payments (found_creditor_hash, created_at, payment_id) where found_creditor_hash is not null;
create index payments_email on payments (found_email_hash, created_at, payment_id) where found_email_hash is not null;
create index payments_payer on payments (found_payer_hash, created_at, payment_id) where found_payer_hash is not null;

create index card_orders_of on card_orders (partner_id, created_at, order_id);
create index card_orders_agreement on card_orders (partner_id, agreement_id, created_at, order_id) where agreement_id is not null;
create index card_transactions_token on card_transactions (partner_id, token, order_id) where token is not null;

create index agreements_of on agreements (partner_id, created_at, agreement_id);
create index card_tokens_of on card_tokens (partner_id, created_at, token);
create index card_tokens_suffix on card_tokens ("right"(token, 4), partner_id);
