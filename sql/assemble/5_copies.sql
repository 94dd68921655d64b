-- A span that came more than once counts once: the copy with the latest end, then the earliest start, stays.
delete from taken
where rowid in (
    with repeated as (
        select trace_id, span_id
        from taken
        group by all
        having count(*) > 1
    )

    select unnest(list(taken.rowid order by taken.ended_at desc, taken.started_at, taken.rowid)[2:])
    from taken
    semi join repeated using (trace_id, span_id)
    group by taken.trace_id, taken.span_id
)
