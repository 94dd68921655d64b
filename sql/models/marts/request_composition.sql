-- What one request was waited for, by step, the longest first. Steps add up to the request's duration.
-- grain: step
-- step        as in critical_path
-- ms          time on the critical path [ms]
-- share       share of the request's duration [0..1]
-- subject     the model, tool or span that most of it was spent on
-- subject_ms  the time spent on that one [ms]
-- parameters: wanted_request, from_at, to_at
with called as (
    select span_id, coalesce(any_value(model), any_value(tool)) as subject
    from lake.spans
    where
        trace_id = split_part(wanted_request, '-', 1)
        and started_at >= from_at
        and started_at <= to_at
    group by span_id
),

subjects as (
    select
        pieces.step,
        coalesce(called.subject, pieces.name) as subject,
        sum(pieces.duration_ms) as ms,
    from request_path(wanted_request, from_at, to_at) as pieces
    left join called using (span_id)
    group by all
)

select
    step,
    sum(ms) as ms,
    sum(ms) / nullif(sum(sum(ms)) over (), 0) as share,
    arg_max(subject, ms) as subject,
    max(ms) as subject_ms,
from subjects
group by step
order by sum(ms) desc, step
