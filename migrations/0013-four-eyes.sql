-- What the back office needs of partners and limits: proposals with their reason and what their subject was then, the
-- standing of partners with its reasons, the dates of registered certificates; and approvals of a day in several rows.

-- Why it is proposed, in the words of staff (sealed); and what of the subject must not have changed when it is approved.
alter table approvals add column reason_enc bytea;
alter table approvals add column seen jsonb;

-- Who suspended a partner or let it work again, and why.
create table partner_standings (
  partner_id integer not null references partners,
  standing_no integer not null,
  status text not null check (status in ('active', 'suspended')),
  by text not null,
  at timestamptz not null,
  -- Staff write what they please: sealed.
  reason_enc bytea,
  primary key (partner_id, standing_no)
);

-- Of the certificate that was shown when the names were registered: another of the same names is taken, too.
alter table partner_certificates add column valid_from timestamptz;
alter table partner_certificates add column valid_to timestamptz;
alter table partner_certificates add column serial_number text;

-- Payments of a day that the payer has authorised and no bank has refused, spread over rows by the payment's number: in the
-- day's own row they stood in each other's way, and in that of whatever was being admitted, each until its commit was on
-- the disk. The sum counts; one row alone may be below nought.
create table limit_approvals (
  partner_id integer not null references partners,
  day date not null,
  slot smallint not null,
  approved_count bigint not null default 0,
  primary key (partner_id, day, slot)
) with (fillfactor = 50);
insert into limit_approvals (partner_id, day, slot, approved_count)
  select partner_id, day, 0, approved_count from limit_days where approved_count <> 0;
alter table limit_days drop column approved_count;

-- The list of alerts, newest first; and of proposals.
create index alerts_number on alerts (alert_id desc);

-- As before, but for where what is approved is counted.
create or replace function admit_to_limits(of_partner integer, at_time timestamptz, payment_ids bigint[], amounts bigint[],
  payers bytea[], clients bytea[], creditors bytea[], debtor bytea)
returns table (indicator text, outcome text, measured bigint, level bigint, is_first boolean)
-- Planning anew for every payment would cost more than all the rest. Such a plan may be of the day when the
-- tables were empty: `offset 0` keeps each look-up one by its whole key, and not a join through all rows of the partner.
language plpgsql set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
declare
  today date := (at_time at time zone 'Europe/Bucharest')::date;
  -- A mean of fewer payments says nothing.
  mean_of_at_least constant integer := 20;
  total bigint;
  the_day limit_days;
  approved bigint;
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
begin
  -- The partner's row is held until this is committed, so the commit does not wait for the disk. Nothing is sent of a
  -- payment before its claim is on the disk, and all that was committed before is on it then: a count that a crash takes
  -- away is of a payment that was never sent.
  perform set_config('synchronous_commit', 'off', true);
  select client_count into total from limit_totals where partner_id = of_partner for update;
  if not found then
    insert into limit_totals (partner_id) values (of_partner) on conflict do nothing;
    select client_count into total from limit_totals where partner_id = of_partner for update;
  end if;
  select * into the_day from limit_days where partner_id = of_partner and day = today;
  -- Of some use only where that has a level: sixteen rows more for each payment.
  select coalesce(sum(a.approved_count), 0)::bigint into approved from limit_approvals a
    where a.partner_id = of_partner and a.day = today and exists (select from partner_limits l
      where l.partner_id = of_partner and l.indicator = 'daily_unfinished' and coalesce(l.warn_level, l.block_level) is not null);

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
          then coalesce(the_day.sent_count, 0) - approved + new_count end),
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
  if is_blocked then return; end if;

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
  insert into limit_entries as e (partner_id, payment_id, day, amount_minor, payer_hash)
    select of_partner, i.payment_id, today, i.amount, i.payer
      from unnest(payment_ids, amounts, payers) as i (payment_id, amount, payer) order by i.payment_id
    on conflict (partner_id, payment_id) do update
      set day = excluded.day, amount_minor = excluded.amount_minor, payer_hash = excluded.payer_hash
      where (e.day, e.amount_minor, e.payer_hash) is distinct from (excluded.day, excluded.amount_minor, excluded.payer_hash);
  insert into limit_days as d (partner_id, day, sent_count, sent_minor, max_minor, most_per_payer, most_new_payers,
      most_beneficiaries, client_count)
    values (of_partner, today, new_count, added_minor, largest, coalesce(per_payer, 0), coalesce(new_payers, 0),
      beneficiaries, total + new_clients)
    on conflict (partner_id, day) do update set sent_count = d.sent_count + new_count, sent_minor = d.sent_minor + added_minor,
      max_minor = greatest(d.max_minor, largest), most_per_payer = greatest(d.most_per_payer, per_payer),
      most_new_payers = greatest(d.most_new_payers, new_payers),
      most_beneficiaries = greatest(d.most_beneficiaries, beneficiaries), client_count = total + new_clients;
end $$;
