-- Whoever may ask in SQL need not know where the recipients live: rows that are there are copied from the outbox again, without addresses.
-- grain: recipient_number, scheduled_at
-- recipient         the address, masked: a…@example.com; so it is in subject, body and error
-- recipient_number  tells recipients apart, in the order in which the sender came to know them
alter table digests add column recipient_number bigint;
delete from digests;
