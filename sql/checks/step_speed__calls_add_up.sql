-- The times of a step are those of all its calls, in order, with the median no later than the 95th percentile.
select step, tier, n, p50_ms, p95_ms
from step_speed
where
    list_sum(calls) != n
    or len(bucket_ms) != len(calls)
    or p50_ms > p95_ms
    or list_sort(bucket_ms) != bucket_ms
