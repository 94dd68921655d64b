-- What people were alerted to, from its beginning to its end: copied from the outbox, the latest word counts.
-- grain: use_case, position, kind, opened_at
-- use_case    as in alert_states
-- position    as in alert_states
-- kind        burn or silence
-- opened_at   when it was noticed [UTC]
-- severity    page or ticket
-- text        what people were told the last time
-- told_at     when they were told the last time; null when no channel has taken it yet [UTC]
-- times_told  how often they were told [count]
-- calm_since  since when it seems over; null when it does not [UTC]
-- closed_at   when it was over; null while it lasts [UTC]
-- error       which channels did not take the last message, and why; null when all did
create table alerts (
    use_case varchar,
    "position" integer,
    kind varchar,
    opened_at timestamptz,
    severity varchar,
    text varchar,
    told_at timestamptz,
    times_told integer,
    calm_since timestamptz,
    closed_at timestamptz,
    error varchar
);
