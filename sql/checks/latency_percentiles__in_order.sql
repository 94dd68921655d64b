-- A higher percentile is no smaller.
select use_case, hour, metric, p50, p90, p95, p99
from latency_percentiles
where p50 > p90 or p90 > p95 or p95 > p99
