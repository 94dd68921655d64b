-- By which kinds of channel people were told; addresses that earlier errors repeated are gone.
-- grain: use_case, position, kind, opened_at
-- told_by  kinds of channel that took the last message, such as e-mail, Slack; null when none has yet, and for what was told before this was kept
alter table alerts add column told_by varchar;
update alerts set error = null;
