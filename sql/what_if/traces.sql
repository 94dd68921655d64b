-- Traces of the wanted requests, and the stretches of hours in which their spans lie.
create or replace temp table traces as
with hours as (
    select
        trace_id,
        date_trunc('hour', started_at) as hour,
        max(started_at + to_microseconds((duration_ms * 1000)::bigint)) as to_at,
    from requests
    where request_id in (select wanted.request_id from wanted)
    group by all
),

begun as (
    select
        *,
        coalesce(hour - max(hour) over (order by hour rows between unbounded preceding and 1 preceding)
            > interval 1 hour, true) as is_gap,
    from hours
)

select
    trace_id,
    hour,
    to_at,
    sum(is_gap::integer) over (order by hour rows unbounded preceding) as stretch,
from begun
