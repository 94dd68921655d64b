-- Percentiles of latency over any period and filters, each with the 90 % interval that its sample gives: the latencies at the ranks
-- np ± 1.645 √(np(1 - p)) (METHODS, latency tax 10). An end that lies outside the sample is null. A null list lets all through.
-- grain: use_case, metric, percentile
-- use_case    as in requests
-- metric      first_token, perceived or response; response/tool for a step that an objective names
-- percentile  p50, p95 or p99
-- n           requests with this latency known [count]
-- ms          the percentile, within 1 % of the exact value; p99 is null below 100 requests [ms]
-- low_ms      lower end of its interval; null when the sample is too small to have one [ms]
-- high_ms     upper end of its interval; null when the sample is too small to have one [ms]
-- parameters: from_at, to_at, use_case_list := null::varchar[], channel_list := null::varchar[], tier_list := null::varchar[], environment_list := null::varchar[]
with cumulated as (
    select
        *,
        sum(n) over (partition by use_case, metric order by bucket nulls first) as up_to,
        sum(n) over (partition by use_case, metric) as total,
    from latency_buckets(from_at, to_at, use_case_list, channel_list, tier_list, environment_list)
),

ranked as (
    select
        cumulated.*,
        asked.percentile,
        asked.p * (total - 1) + 1 as middle,
        rank_low(asked.p, total) as lowest,
        rank_high(asked.p, total) as highest,
    from cumulated
    cross join (values ('p50', 0.50), ('p95', 0.95), ('p99', 0.99)) as asked (percentile, p)
    where asked.p < 0.99 or total >= 100
)

select
    use_case,
    metric,
    percentile,
    any_value(total)::bigint as n,
    min(bucket_ms(bucket)) filter (where up_to >= middle) as ms,
    min(bucket_ms(bucket)) filter (where up_to >= lowest) as low_ms,
    min(bucket_ms(bucket)) filter (where up_to >= highest) as high_ms,
from ranked
group by all
