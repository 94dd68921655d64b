-- How many spans were loaded in each of the last 60 whole minutes, from the first load on; 0 when none were.
-- grain: minute_at
-- minute_at  start of the minute [UTC]
-- spans      spans loaded in it [count]
-- parameters: as_of := now()
with minutes as (
    select unnest(generate_series(
        greatest(
            date_trunc('minute', as_of::timestamptz) - interval 60 minute,
            date_trunc('minute', (select min(loaded_at) from lake.ingest_log))
        ),
        date_trunc('minute', as_of::timestamptz) - interval 1 minute,
        interval 1 minute
    )) as minute_at
),

loads as (
    select
        date_trunc('minute', loaded_at) as minute_at,
        sum(spans) as spans,
    from lake.ingest_log
    where loaded_at >= date_trunc('minute', as_of::timestamptz) - interval 60 minute
    group by all
)

select
    minutes.minute_at,
    coalesce(loads.spans, 0)::bigint as spans,
from minutes
left join loads using (minute_at)
order by minute_at
