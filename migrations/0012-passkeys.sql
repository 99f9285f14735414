-- Passkeys (WebAuthn): a key pair of somebody's device, which signs after it has verified the person. Here is the public half.
-- Small tables of the installation, as those of staff: on Citus they stay local.

create table staff_passkeys (
  passkey_id uuid primary key,
  staff_id integer not null references staff,
  credential_id bytea not null unique check (octet_length(credential_id) between 1 and 1023),
  -- COSE (RFC 9052 §7).
  public_key bytea not null,
  -- Of its signatures; always 0 where the device does not count. One that goes back is a copy, and refused.
  counter bigint not null check (counter >= 0),
  transports text[] not null,
  -- Synchronised between devices by their maker, as the device says.
  is_backed_up boolean not null,
  -- What its owner calls it.
  name_enc bytea not null,
  created_at timestamptz not null,
  used_at timestamptz
);
create index staff_passkeys_of on staff_passkeys (staff_id, created_at);

-- A challenge carries its own proof that it is ours and since when; only the used ones are kept, until they would expire anyway.
create table staff_challenges_used (
  challenge_hash bytea primary key,
  expires_at timestamptz not null
);
create index staff_challenges_used_expiry on staff_challenges_used (expires_at);
