-- The 95th percentile of latency by weekday and UTC hour of the day, over a chosen period and filters. Requests that finished
-- well. A null list lets all through.
-- grain: use_case, metric, weekday, hour_of_day
-- use_case     as in requests
-- metric       first_token, perceived or response; response/tool for a step that an objective names
-- weekday      1 is Monday, 7 is Sunday, in UTC
-- hour_of_day  0 to 23, in UTC
-- n            requests with this latency known [count]
-- p95          95th percentile [ms]
-- is_sure      whether there are enough requests, 52, for p95 to have an interval (latency_percentiles_interval)
-- parameters: from_at, to_at, use_case_list := null::varchar[], channel_list := null::varchar[], tier_list := null::varchar[], environment_list := null::varchar[]
with counted as (
    select
        use_case,
        metric,
        isodow(hour)::integer as weekday,
        extract('hour' from hour)::integer as hour_of_day,
        bucket,
        sum(n) as n,
    from latency_hours(from_at, to_at, use_case_list, channel_list, tier_list, environment_list)
    group by all
    having sum(n) > 0
),

cumulated as (
    select
        *,
        sum(n) over (
            partition by use_case, metric, weekday, hour_of_day
            order by bucket nulls first
        ) as up_to,
        sum(n) over (partition by use_case, metric, weekday, hour_of_day) as total,
    from counted
)

select
    use_case,
    metric,
    weekday,
    hour_of_day,
    any_value(total)::bigint as n,
    min(bucket_ms(bucket)) filter (where up_to >= 0.95 * (total - 1) + 1) as p95,
    any_value(total) >= 52 as is_sure,
from cumulated
group by all
order by use_case, metric, weekday, hour_of_day
