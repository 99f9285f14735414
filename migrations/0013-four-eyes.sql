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
-- Until the next migration has made it anew, admit_to_limits asks for that column: no server runs between the two.

-- The list of alerts, newest first; and of proposals.
create index alerts_number on alerts (alert_id desc);
