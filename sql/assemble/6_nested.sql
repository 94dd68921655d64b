-- Model calls inside model calls: a framework's span around its client's, one instrumentation around another.
-- What a tool or an agent calls is a call of its own. outer_row, inner_row: rows of `taken`, every pair of them.
-- Spans in a circle, each the parent of the next, are walked once around (union, not union all).
create or replace temp table nested as
with outer_calls as (
    select trace_id, span_id, rowid as row_id
    from taken
    where
        step = 'llm'
        and (
            span_id in (select children.parent_span_id from taken as children)
            or span_id in (select twins.above from twins)
        )
),

hung as (
    select
        taken.trace_id,
        taken.span_id,
        coalesce(twins.above, taken.parent_span_id) as parent_span_id,
        taken.rowid as row_id,
        taken.step,
    from taken
    left join twins using (trace_id, span_id)
    where
        taken.trace_id in (select outer_calls.trace_id from outer_calls)
        and taken.step not in ('tool', 'agent')
),

walked as (
    with recursive walk as (
        select trace_id, span_id, row_id as outer_row, row_id as inner_row, false as is_call
        from outer_calls
        union
        select hung.trace_id, hung.span_id, walk.outer_row, hung.row_id, hung.step = 'llm'
        from walk
        inner join hung
            on walk.trace_id = hung.trace_id and walk.span_id = hung.parent_span_id
    )

    select outer_row, inner_row
    from walk
    where is_call and outer_row != inner_row
)

select outer_row, inner_row
from walked
