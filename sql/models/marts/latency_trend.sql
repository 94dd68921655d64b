-- Percentiles of latency over time, by bucket of a chosen width. Buckets of whole hours are fast over any period; narrower ones
-- read the requests of the period. Requests that finished well. A null list lets all through.
-- grain: use_case, metric, bucket_at
-- use_case   as in requests
-- metric     first_token, perceived or response; response/tool for a step that an objective names
-- bucket_at  start of the bucket [UTC]
-- n          requests with this latency known [count]
-- p50        median [ms]
-- p95        95th percentile [ms]
-- p99        99th percentile; null below 100 requests [ms]
-- parameters: from_at, to_at, bucket_seconds, use_case_list := null::varchar[], channel_list := null::varchar[], tier_list := null::varchar[], environment_list := null::varchar[]
with hours as (
    select
        use_case,
        metric,
        time_bucket(to_seconds(bucket_seconds), hour) as bucket_at,
        bucket,
        n,
    from latency_hours(from_at, to_at, use_case_list, channel_list, tier_list, environment_list)
    where bucket_seconds % 3600 = 0
),

requests as (
    select
        use_case,
        time_bucket(to_seconds(bucket_seconds), started_at) as bucket_at,
        ttft_ms as first_token,
        perceived_ms as perceived,
        duration_ms as response,
    from lake.requests
    where
        bucket_seconds % 3600 != 0
        and outcome = 'ok'
        and started_at >= from_at
        and started_at < to_at
        and is_chosen(use_case_list, use_case)
        and is_chosen(channel_list, channel)
        and is_chosen(tier_list, tier)
        and is_chosen(environment_list, environment)
),

latencies as (
    unpivot requests
    on first_token, perceived, response into name metric value latency_ms
    union all by name
    select
        use_case,
        time_bucket(to_seconds(bucket_seconds), started_at) as bucket_at,
        latency_name(metric, step) as metric,
        latency_ms,
    from step_times('lake.request_steps')
    where
        bucket_seconds % 3600 != 0
        and outcome = 'ok'
        and latency_ms is not null
        and started_at >= from_at
        and started_at < to_at
        and is_chosen(use_case_list, use_case)
        and is_chosen(channel_list, channel)
        and is_chosen(tier_list, tier)
        and is_chosen(environment_list, environment)
),

counted as (
    select use_case, metric, bucket_at, bucket, sum(n) as n
    from (
        from hours
        union all by name
        select use_case, metric, bucket_at, latency_bucket(latency_ms) as bucket, 1 as n
        from latencies
    )
    group by all
    having sum(n) > 0
),

cumulated as (
    select
        *,
        sum(n) over (partition by use_case, metric, bucket_at order by bucket nulls first) as up_to,
        sum(n) over (partition by use_case, metric, bucket_at) as total,
    from counted
)

select
    use_case,
    metric,
    bucket_at,
    any_value(total)::bigint as n,
    min(bucket_ms(bucket)) filter (where up_to >= 0.50 * (total - 1) + 1) as p50,
    min(bucket_ms(bucket)) filter (where up_to >= 0.95 * (total - 1) + 1) as p95,
    min(bucket_ms(bucket)) filter (where up_to >= 0.99 * (total - 1) + 1 and total >= 100) as p99,
from cumulated
group by all
order by use_case, metric, bucket_at
