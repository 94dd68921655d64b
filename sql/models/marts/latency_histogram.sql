-- Latencies of all requests so far as a histogram with exponential buckets, for Prometheus and whatever else adds up buckets. Bounds are
-- powers of the fourth root of 2 (OpenTelemetry's exponential histogram, scale 2); a latency within 1 % of a bound may lie on its other side.
-- grain: use_case, metric, up_to_ms
-- use_case  as in requests
-- metric    first_token, perceived or response; response/tool for a step that an objective names
-- up_to_ms  upper bound of the bucket [ms]
-- n         requests in it, not in those below [count]
-- sum_ms    their latencies, added up [ms]
with bucketed as (
    select
        use_case,
        metric,
        bucket_ms(bucket) as latency_ms,
        sum(n) as n,
    from lake.latency_sketch
    group by all
)

select
    use_case,
    metric,
    2 ** (ceil(4 * log2(greatest(latency_ms, 1))) / 4) as up_to_ms,
    sum(n)::bigint as n,
    sum(n * latency_ms) as sum_ms,
from bucketed
group by all
having sum(n) > 0
