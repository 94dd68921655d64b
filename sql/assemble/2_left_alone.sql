-- Spans of traces that reach back to what [retention] deleted: of what is left, half a request would be made, or one counted twice.
-- They leave `taken` and `corrected`, and their requests stay as they are. A trace that nobody knows may be older than the spans
-- that are kept, since then all of it came now.
create or replace temp table left_alone as
with known as (
    select trace_id, min(started_at) as began_at
    from corrected
    group by trace_id
),

began as (
    select
        taken.trace_id,
        least(min(taken.started_at), any_value(known.began_at)) as began_at,
        any_value(known.trace_id) is not null as is_known,
    from taken
    left join known on taken.trace_id = known.trace_id
    group by taken.trace_id
)

select taken.trace_id, taken.span_id
from taken
inner join began on taken.trace_id = began.trace_id
where
    began.began_at - getvariable('margin') < kept_from('requests')
    or (began.is_known and began.began_at - getvariable('margin') < kept_from('spans'));

delete from taken
where trace_id in (select left_alone.trace_id from left_alone);

delete from corrected
where trace_id in (select left_alone.trace_id from left_alone)
