-- What is paid stays paid, by one attempt, and one payment at a bank pays one payment here.

-- In the order in which payments write them; what comes meanwhile waits.
lock table payments, payment_attempts in share row exclusive mode;

-- A bank that names two payments alike (it took the second order for a repetition of the first) has made one transfer: only
-- the first of them has it. Of one partner, as every key here. Where the version before has recorded such, people must look:
-- whoever migrates is told (infra/database/migrate.ts).
do $$
declare
  alike record;
begin
  for alike in
    select partner_id, payment_id, attempt_no, bank_id, first_payment_id from (
      select a.*, row_number() over same as place, first_value(payment_id) over same as first_payment_id
      from payment_attempts a where bank_payment_hash is not null
      window same as (partition by partner_id, bank_payment_hash order by submitted_at, payment_id, attempt_no)) numbered
    where place > 1 order by payment_id, attempt_no
  loop
    update payment_attempts set bank_payment_hash = null
      where partner_id = alike.partner_id and payment_id = alike.payment_id and attempt_no = alike.attempt_no;
    if alike.payment_id <> alike.first_payment_id then
      raise warning 'payment % has the number of payment % at bank %: ask the bank whether it made one transfer or two',
        alike.payment_id, alike.first_payment_id, alike.bank_id;
    end if;
  end loop;
end $$;
create unique index payment_attempts_bank_payment on payment_attempts (partner_id, bank_payment_hash)
  where bank_payment_hash is not null;

create function refuse_change_of_paid() returns trigger language plpgsql as $$
begin
  raise exception 'what is paid stays as it is' using errcode = 'check_violation';
end $$;

-- After and not before: a row trigger before an update locks the row once more, whatever its condition says.
create trigger payments_paid_once after update of status, settled_attempt_no, amount_minor on payments
  for each row when (old.status = 'ACSC' and (new.status, new.settled_attempt_no, new.amount_minor)
    is distinct from (old.status, old.settled_attempt_no, old.amount_minor))
  execute function refuse_change_of_paid();

-- Attempts whose payer was not yet told where to let us in: a few, for as long as one call to a bank takes.
create index payment_attempts_at_no_door on payment_attempts (submitted_at) where state = 'entering' and session_enc is null;
