-- Stored spans that new log records tell of, `told`, and that are in a request already: they wait again, from now on, so that their
-- request is made anew. Spans that are still waiting meet their facts when they are taken up.
with known as (
    select told.trace_id, told.span_id, max(told.received_at) as received_at, min(told.logged_at) as logged_at
    from told
    semi join known_traces using (trace_id)
    group by all
)

select spans.* replace (known.received_at as received_at)
from lake.spans as spans
inner join known using (trace_id, span_id)
where
    spans.started_at <= (select max(latest.logged_at) + interval 1 minute from known as latest)
    and spans.started_at >= (select min(earliest.logged_at) - interval 24 hours from known as earliest)
