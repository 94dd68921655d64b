-- What collectors loaded in the snapshots from `read_from` to `read_to`.
--   loaded_spans         spans, which wait now to be taken up
--   told_spans           stored spans that are in a request already and that new log records tell of: they wait again, from now on,
--                        so that their request is made anew; spans that still wait meet their facts when they are taken up
--   changed_conversions  conversions as they are to be stored; a report that says nothing new gives no row
-- A sender's clock may be ahead of ours; nothing that is here was received later than now.
create or replace temp table loaded_spans as
select
    * exclude (
        status_message, ttft_source, target, attributes, resource, events, flag,
        reasoning_tokens, cache_write_tokens, workflow, ttft_kind
    ) replace (least(received_at, now()) as received_at),
    snapshot_id,
from lake.spans
where
    snapshot_id between getvariable('read_from') and getvariable('read_to')
    and received_at >= getvariable('received_from')::timestamptz;

create or replace temp table told as
select
    trace_id,
    span_id,
    min(logged_at) as first_at,
    max(logged_at) as last_at,
    max(received_at) as received_at,
    min(snapshot_id) as snapshot_id,
from lake.span_facts
where
    snapshot_id between getvariable('read_from') and getvariable('read_to')
    and received_at >= getvariable('received_from')::timestamptz
    and (
        trace_id in (select known_traces.trace_id from known_traces)
        or logged_at < getvariable('remembers_since')
    )
group by all;

create or replace temp table told_spans as
select
    spans.* exclude (
        status_message, ttft_source, target, attributes, resource, events, flag,
        reasoning_tokens, cache_write_tokens, workflow, ttft_kind
    ) replace (told.received_at as received_at),
    told.snapshot_id,
from lake.spans as spans
inner join told using (trace_id, span_id)
where
    spans.started_at <= (select max(latest.last_at) + interval 1 minute from told as latest)
    and spans.started_at >= (select min(earliest.first_at) - interval 24 hours from told as earliest);

create or replace temp table changed_conversions as
with arrived as (
    select
        * exclude ("position"),
        row_number() over (order by received_at, snapshot_id, "position") as "position",
    from lake.conversion_reports
    where
        snapshot_id between getvariable('read_from') and getvariable('read_to')
        and received_at >= getvariable('received_from')::timestamptz
),

known as (
    select conversions.*
    from lake.conversions as conversions
    semi join arrived using (conversion_id)
),

reports as (
    select *, -1 as "position"
    from known
    union all by name
    select *
    from arrived
)

select
    conversion_id,
    arg_max(session_id, "position") as session_id,
    arg_max(trace_id, "position") as trace_id,
    arg_max(request_id, "position") as request_id,
    arg_max(occurred_at, "position") as occurred_at,
    arg_max(kind, "position") as kind,
    arg_max(revenue_usd, "position") as revenue_usd,
    arg_min(source, "position") as source,
    arg_min(received_at, "position") as received_at,
from reports
group by conversion_id
except
select
    conversion_id,
    session_id,
    trace_id,
    request_id,
    occurred_at,
    kind,
    revenue_usd,
    source,
    received_at,
from known
