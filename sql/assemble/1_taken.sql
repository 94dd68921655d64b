-- Spans of the traces that are taken up now: quiet for a while, or open for so long that they must not wait. All of them, or
-- one share of several while one that cannot be assembled is looked for.
create or replace temp table taken as
with settled as (
    select trace_id
    from hot_spans
    where hash(trace_id) % getvariable('shares') = getvariable('share')
    group by all
    having
        max(received_at) <= getvariable('quiet_since')
        or min(received_at) <= getvariable('patient_since')
)

select
    hot_spans.*,
    started_at + to_microseconds((duration_ms * 1000)::bigint) as ended_at,
from hot_spans
semi join settled using (trace_id)
