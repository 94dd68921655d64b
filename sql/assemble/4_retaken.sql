-- Every stored span of the traces in `again`, in place of those that came last.
create or replace temp table taken as
with bounds as (
    select
        min(started_at) - getvariable('margin') as from_at,
        max(started_at) + getvariable('margin') as to_at,
    from taken
    semi join again using (trace_id)
)

select taken.*
from taken
anti join again using (trace_id)
union all by name
select
    spans.* exclude (
        status_message, ttft_source, target, attributes, resource, events, flag,
        reasoning_tokens, cache_write_tokens, workflow, ttft_kind
    ),
    spans.started_at + to_microseconds((spans.duration_ms * 1000)::bigint) as ended_at,
from lake.spans as spans
semi join again using (trace_id)
where
    spans.started_at >= (select from_at from bounds)
    and spans.started_at <= (select to_at from bounds)
