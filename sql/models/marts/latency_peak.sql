-- The average that vendors quote against the percentile at peak: latency over all hours, and over the three hours of the day that
-- follow each other and have most requests. Requests that finished well. A null list lets all through.
-- grain: use_case, metric, hours
-- use_case   as in requests
-- metric     first_token, perceived or response; response/tool for a step that an objective names
-- hours      all or busiest
-- from_hour  UTC hour of the day in which the busiest three begin
-- n          requests with this latency known [count]
-- mean_ms    mean, from the sketch, within 1 % of the exact value [ms]
-- p95        95th percentile [ms]
-- parameters: from_at, to_at, use_case_list := null::varchar[], channel_list := null::varchar[], tier_list := null::varchar[], environment_list := null::varchar[]
with counted as (
    select
        use_case,
        metric,
        extract('hour' from hour)::integer as hour_of_day,
        bucket,
        sum(n) as n,
    from latency_hours(from_at, to_at, use_case_list, channel_list, tier_list, environment_list)
    group by all
    having sum(n) > 0
),

hours_of_day as (
    select use_case, metric, hour_of_day, sum(n) as n
    from counted
    group by all
),

threes as (
    select first.use_case, first.metric, first.hour_of_day as from_hour, sum(following.n) as n
    from hours_of_day as first
    inner join hours_of_day as following
        on
            first.use_case = following.use_case
            and first.metric = following.metric
            and (following.hour_of_day - first.hour_of_day + 24) % 24 < 3
    group by all
),

busiest as (
    select use_case, metric, first(from_hour order by n desc, from_hour) as from_hour
    from threes
    group by all
),

grouped as (
    select counted.use_case, counted.metric, 'all' as hours, busiest.from_hour, bucket, sum(n) as n
    from counted
    inner join busiest using (use_case, metric)
    group by all
    union all by name
    select counted.use_case, counted.metric, 'busiest' as hours, busiest.from_hour, bucket, sum(n) as n
    from counted
    inner join busiest using (use_case, metric)
    where (counted.hour_of_day - busiest.from_hour + 24) % 24 < 3
    group by all
),

cumulated as (
    select
        *,
        sum(n) over (partition by use_case, metric, hours order by bucket nulls first) as up_to,
        sum(n) over (partition by use_case, metric, hours) as total,
    from grouped
)

select
    use_case,
    metric,
    hours,
    from_hour,
    any_value(total)::bigint as n,
    sum(n * bucket_ms(bucket)) / any_value(total) as mean_ms,
    min(bucket_ms(bucket)) filter (where up_to >= 0.95 * (total - 1) + 1) as p95,
from cumulated
group by all
order by use_case, metric, hours
