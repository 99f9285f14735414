-- How many passwords were tried for an account, and from where: each source waits for itself, longer with every wrong one.
-- `source` is an address of the network, a browser that its owner has signed in with before, or all browsers that are not.

create table staff_tries (
  staff_id integer not null references staff,
  source text not null,
  -- Wrong ones, less those that time has forgotten; counted before they are checked.
  failures double precision not null check (failures >= 0),
  counted_at timestamptz not null,
  primary key (staff_id, source)
);

-- Until now `tries` counted wrong passwords, too; from now on ten wrong codes lock, and a stranger's guesses are not to be some of them.
update staff set tries = 0 where locked_at is null;
