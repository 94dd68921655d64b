-- Spans of traces that are not one root with all below it, each with the request it belongs to: known by its entry, the root
-- span, or the turn where turns are marked. Rules of METHODS, critical path 2.1: with a root, spans of missing parents hang from
-- the first root; without one, a lone orphan is the root, and several stand under a root that is not there (entry 0000000000000000).
create or replace temp table tangled as
with tangled_traces as (
    select
        trace_id,
        count(*) filter (where parent_span_id is null) as roots,
        coalesce(bool_or(is_turn), false) as has_turns,
    from taken
    group by trace_id
    having roots != 1 or has_turns or bool_or(parent_span_id = span_id)
),

spans_of_tangled_traces as (
    select
        taken.rowid as row_id,
        taken.trace_id,
        taken.span_id,
        taken.parent_span_id,
        taken.started_at,
        taken.duration_ms,
        coalesce(taken.is_turn, false) as is_turn,
        tangled_traces.roots,
        tangled_traces.has_turns,
    from taken
    inner join tangled_traces using (trace_id)
),

orphans as (
    select trace_id, span_id, count(*) over (partition by trace_id) as orphans
    from spans_of_tangled_traces as spans
    anti join spans_of_tangled_traces as parents
        on spans.trace_id = parents.trace_id and spans.parent_span_id = parents.span_id
    where parent_span_id is not null
),

primary_roots as (
    select
        trace_id,
        first(span_id order by started_at, duration_ms desc, span_id) as span_id,
    from spans_of_tangled_traces
    where parent_span_id is null
    group by trace_id
),

hung as (
    select
        spans.row_id,
        spans.trace_id,
        spans.span_id,
        case
            when orphans.span_id is null then spans.parent_span_id
            else primary_roots.span_id
        end as parent_span_id,
        spans.is_turn
        or (not spans.has_turns and spans.parent_span_id is null)
        or (not spans.has_turns and spans.roots = 0 and coalesce(orphans.orphans = 1, false)) as is_entry,
        not spans.has_turns and spans.roots = 0 and coalesce(orphans.orphans > 1, false) as is_rootless,
    from spans_of_tangled_traces as spans
    left join orphans using (trace_id, span_id)
    left join primary_roots using (trace_id)
),

walked as (
    with recursive walk as (
        select
            row_id,
            trace_id,
            span_id,
            case when is_rootless then '0000000000000000' else span_id end as entry_id,
        from hung
        where is_entry or is_rootless
        union all
        select hung.row_id, hung.trace_id, hung.span_id, walk.entry_id
        from walk
        inner join hung
            on walk.trace_id = hung.trace_id and walk.span_id = hung.parent_span_id
        where not hung.is_entry and not hung.is_rootless
    )

    select row_id, trace_id, entry_id
    from walk
)

select tangled_traces.trace_id, walked.row_id, walked.entry_id
from tangled_traces
left join walked using (trace_id)
