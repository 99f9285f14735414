-- More of what is kept by law until its time has come: what happened to orders, under which agreements, what the partner
-- was told of it, and who was invited to a case. As in 0008: deletes only, by the database's own time.

create trigger card_events_kept after delete on card_events referencing old table as erased
  for each statement execute function refuse_erasure_of_payments();
create trigger agreements_kept after delete on agreements referencing old table as erased
  for each statement execute function refuse_erasure_of_payments();
create trigger webhook_deliveries_kept after delete on webhook_deliveries referencing old table as erased
  for each statement execute function refuse_erasure_of_payments();
create trigger case_invitations_kept after delete on case_invitations referencing old table as erased
  for each statement execute function refuse_erasure_of_cases();
create trigger card_events_not_emptied before truncate on card_events for each statement execute function refuse_erasure();
create trigger agreements_not_emptied before truncate on agreements for each statement execute function refuse_erasure();
create trigger case_invitations_not_emptied before truncate on case_invitations
  for each statement execute function refuse_erasure();
