-- The digests that were due, and what became of each: copied from the sender's outbox, the latest word counts. Their recipients are in it, as addresses.
-- grain: recipient, scheduled_at
-- recipient     the address
-- scheduled_at  when it was due [UTC]
-- from_at       start of the period that it tells of [UTC]
-- to_at         end of the period [UTC]
-- status        claimed (being made, or waiting for the next attempt), handing_over, sent, refused, given_up, uncertain (the sender died or the line broke between the last byte and the server's word) or skipped
-- is_late       whether it was taken up long after it was due
-- is_by_hand    whether somebody sent it outside the schedule
-- attempts      how often the server was asked [count]
-- retry_at      when it is tried next; null when it is not [UTC]
-- subject       as sent; null before
-- body          the message's text as sent; null before
-- error         what went wrong the last time, for people; null when nothing did
-- claimed_at    when it was taken up [UTC]
-- sent_at       when the server took it [UTC]
create table digests (
    recipient varchar,
    scheduled_at timestamptz,
    from_at timestamptz,
    to_at timestamptz,
    status varchar,
    is_late boolean,
    is_by_hand boolean,
    attempts integer,
    retry_at timestamptz,
    subject varchar,
    body varchar,
    error varchar,
    claimed_at timestamptz,
    sent_at timestamptz
);
