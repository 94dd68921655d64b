-- A request of a trace with one root and no turns has all spans of the trace, each once.
-- Left out: traces of which spans may still wait, or that are longer than the assembly looks back.
with settled_traces as (
    select
        trace_id,
        count(distinct span_id) as spans,
        count(distinct span_id) filter (where parent_span_id is null) as roots,
        coalesce(bool_or(is_turn or parent_span_id = span_id), false) as is_special,
    from lake.spans
    group by trace_id
    having
        max(snapshot_id) <= (select max(through_snapshot) from lake.assembly_log)
        and max(started_at) - min(started_at) < interval 24 hours
        and min(started_at) >= greatest(kept_from('spans'), kept_from('requests'))
),

assembled_traces as (
    select trace_id, sum(spans) as spans
    from lake.requests
    group by trace_id
)

select
    settled_traces.trace_id,
    settled_traces.spans as spans_stored,
    coalesce(assembled_traces.spans, 0) as spans_in_requests,
from settled_traces
left join assembled_traces using (trace_id)
where
    roots = 1
    and not is_special
    and settled_traces.spans != coalesce(assembled_traces.spans, 0)
