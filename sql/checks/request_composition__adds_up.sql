-- The steps of the newest request add up to its duration, within a microsecond.
with newest as (
    select
        arg_max(request_id, started_at) as request_id,
        arg_max(duration_ms, started_at) as duration_ms,
        max(started_at) as started_at,
    from requests
    semi join critical_path using (request_id)
),

parts as (
    select sum(ms) as ms
    from
        request_composition(
            (select newest.request_id from newest),
            (select newest.started_at - interval 1 day from newest),
            (select newest.started_at + interval 1 day from newest)
        )
)

select newest.request_id, newest.duration_ms, parts.ms
from newest
cross join parts
where abs(newest.duration_ms - parts.ms) > 0.001
