-- Requests of taken traces that are in the lake already: late spans came, or the same spans again.
-- The lake is asked only about traces that this session cannot know to be new.
create or replace temp table corrected as
with suspects as (
    select trace_id, min(started_at) as first_started_at, max(started_at) as last_started_at
    from taken
    group by trace_id
    having
        trace_id in (select known_traces.trace_id from known_traces)
        or min(started_at) <= getvariable('remembers_since')
),

reach as (
    select
        min(first_started_at) - getvariable('margin') as from_at,
        max(last_started_at) + getvariable('margin') as to_at,
    from suspects
)

select requests.*
from lake.requests as requests
semi join suspects using (trace_id)
where
    requests.started_at >= (select from_at from reach)
    and requests.started_at <= (select to_at from reach)
