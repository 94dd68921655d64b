-- Model calls told twice side by side: by two instrumentations at once, or by a second span when the stream has ended.
-- One of the two is hung below the other: the one without children on top, then the one that started first.
create or replace temp table twins as
with told_twice as (
    select parent_span_id
    from taken
    where step = 'llm' and parent_span_id is not null
    group by all
    having count(*) > 1 and (min(scope) != max(scope) or min(duration_ms) <= 1)
),

siblings as (
    select
        taken.rowid as row_id,
        taken.*,
        taken.span_id in (select children.parent_span_id from taken as children) as has_children,
    from taken
    where
        taken.step = 'llm'
        and taken.parent_span_id in (select told_twice.parent_span_id from told_twice)
),

pairs as (
    select
        one.row_id as one_row,
        other.row_id as other_row,
        one.trace_id,
        one.span_id,
        other.span_id as other_span_id,
        abs(epoch_us(one.started_at - other.started_at)) as apart_us,
        (other.has_children, other.started_at, other.row_id)
        < (one.has_children, one.started_at, one.row_id) as is_below,
    from siblings as one
    inner join siblings as other using (trace_id, parent_span_id)
    where
        one.scope != other.scope
        and coalesce(one.model = other.model, true)
        and one.started_at <= other.ended_at
        and other.started_at <= one.ended_at
        and apart_us <= 50_000
),

nearest as (
    select *
    from pairs
    qualify
        row_number() over (partition by one_row order by apart_us, other_row) = 1
        and row_number() over (partition by other_row order by apart_us, one_row) = 1
),

late_reports as (
    select report.trace_id, report.span_id, first(call.span_id order by call.started_at desc) as above
    from siblings as report
    inner join siblings as call using (trace_id, parent_span_id, scope)
    where
        report.duration_ms <= 1
        and report.output_tokens is not null
        and call.duration_ms > 1
        and call.output_tokens is null
        and call.started_at < report.started_at
    group by all
)

select trace_id, span_id, other_span_id as above
from nearest
where is_below
union all
select trace_id, span_id, above
from late_reports
