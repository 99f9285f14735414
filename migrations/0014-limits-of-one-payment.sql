-- The limits look a single payment up in one statement and write by what that found; a list of payments as before. What
-- passes no level is seen at one look. What is counted, and what of it warns or blocks, is the same.

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
end $$;
