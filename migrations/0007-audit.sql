-- Who did what: one chain an installation, each row bound to the one before it by its hash. Number, time and hashes are made
-- here, whatever the writer says, under a lock that is held until it commits: no gap, no fork, no order but that of commits.
-- On Citus a local table.
create table audit_log (
  number bigint primary key check (number > 0),
  at timestamptz not null,
  actor_kind text not null check (actor_kind in ('staff', 'partner', 'system', 'command')),
  actor text not null check (char_length(actor) between 1 and 100),
  -- A network address, or the machine of a command.
  origin text check (char_length(origin) <= 200),
  act text not null check (act ~ '^[a-z][a-z0-9._-]{1,60}$'),
  subject_kind text not null,
  subject_id text not null check (char_length(subject_id) <= 200),
  outcome text not null check (outcome in ('done', 'refused')),
  -- json, not jsonb: the text stays as it was written and hashed. No secrets, no personal data.
  before json,
  after json,
  previous_hash bytea not null check (octet_length(previous_hash) = 32),
  hash bytea not null unique check (octet_length(hash) = 32)
);
create index audit_log_at on audit_log (at);
create index audit_log_subject on audit_log (subject_kind, subject_id, number);

-- The encoding is that of src/domain/audit/chain.ts, which proves the chain without this function: every field as the number
-- of its bytes, a colon and its text, or as a minus where there is none, with commas between.
create function audit_log_append() returns trigger language plpgsql as $$
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
end $$;
create trigger audit_log_append before insert on audit_log for each row execute function audit_log_append();

create function audit_log_refuse() returns trigger language plpgsql as $$
begin
  raise exception 'the audit log is only appended to' using errcode = 'insufficient_privilege';
end $$;
create trigger audit_log_refuse before update or delete or truncate on audit_log
  for each statement execute function audit_log_refuse();
-- Also where a session plays the part of a replica, which ordinary triggers do not heed.
alter table audit_log enable always trigger audit_log_append;
alter table audit_log enable always trigger audit_log_refuse;
