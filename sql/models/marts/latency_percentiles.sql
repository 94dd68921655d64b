-- Percentiles of latency by hour, from the sketch: within 1 % of the exact value. Requests that finished well.
-- grain: use_case, hour, metric
-- use_case  as in requests
-- hour      start of the UTC hour
-- metric    first_token, perceived or response; response/tool for a step that an objective names
-- n         requests with this latency known [count]
-- p50       median [ms]
-- p90       90th percentile [ms]
-- p95       95th percentile [ms]
-- p99       99th percentile; null below 100 requests [ms]
with buckets as (
    select use_case, hour, metric, bucket, sum(n) as n
    from lake.latency_sketch
    group by all
    having sum(n) > 0
),

cumulated as (
    select
        *,
        sum(n) over (partition by use_case, hour, metric order by bucket nulls first) as up_to,
        sum(n) over (partition by use_case, hour, metric) as total,
    from buckets
)

select
    use_case,
    hour,
    metric,
    any_value(total)::bigint as n,
    min(bucket_ms(bucket)) filter (where up_to >= 0.50 * (total - 1) + 1) as p50,
    min(bucket_ms(bucket)) filter (where up_to >= 0.90 * (total - 1) + 1) as p90,
    min(bucket_ms(bucket)) filter (where up_to >= 0.95 * (total - 1) + 1) as p95,
    min(bucket_ms(bucket)) filter (where up_to >= 0.99 * (total - 1) + 1 and total >= 100) as p99,
from cumulated
group by all
