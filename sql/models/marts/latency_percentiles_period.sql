-- Percentiles of latency over any period and filters; a null list lets all through. Within 1 % of the exact value.
-- grain: use_case, metric
-- use_case  as in requests
-- metric    first_token, perceived or response; response/tool for a step that an objective names
-- n         requests with this latency known [count]
-- p50       median [ms]
-- p90       90th percentile [ms]
-- p95       95th percentile [ms]
-- p99       99th percentile; null below 100 requests [ms]
-- parameters: from_at, to_at, use_case_list := null::varchar[], channel_list := null::varchar[], tier_list := null::varchar[], environment_list := null::varchar[]
with cumulated as (
    select
        *,
        sum(n) over (partition by use_case, metric order by bucket nulls first) as up_to,
        sum(n) over (partition by use_case, metric) as total,
    from latency_buckets(from_at, to_at, use_case_list, channel_list, tier_list, environment_list)
)

select
    use_case,
    metric,
    any_value(total)::bigint as n,
    min(bucket_ms(bucket)) filter (where up_to >= 0.50 * (total - 1) + 1) as p50,
    min(bucket_ms(bucket)) filter (where up_to >= 0.90 * (total - 1) + 1) as p90,
    min(bucket_ms(bucket)) filter (where up_to >= 0.95 * (total - 1) + 1) as p95,
    min(bucket_ms(bucket)) filter (where up_to >= 0.99 * (total - 1) + 1 and total >= 100) as p99,
from cumulated
group by all
