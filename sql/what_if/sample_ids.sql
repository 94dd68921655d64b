-- Requests of one use case to be replayed: of hours drawn at random, at least two days' worth and enough for the sample, always the
-- same ones. Reading whole hours reads little of the lake.
with chosen as (
    select request_id, date_trunc('hour', started_at) as hour
    from lake.requests
    where
        use_case = $1
        and started_at >= $2
        and started_at < $3
        and is_chosen($4, channel)
        and is_chosen($5, tier)
        and is_chosen($6, environment)
),

hours as (
    select
        hour,
        row_number() over (order by hash(hour)) as place,
        sum(count(*)) over (order by hash(hour)) - count(*) as requests_before,
    from chosen
    group by hour
)

select chosen.request_id
from chosen
inner join hours using (hour)
where hours.place <= 48 or hours.requests_before < $7
order by hash(chosen.request_id), chosen.request_id
limit $7
