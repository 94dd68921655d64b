-- The interval of a percentile lies around it.
select use_case, metric, percentile, low_ms, ms, high_ms
from latency_percentiles_interval('2000-01-01', now(), null, null, null, null)
where not coalesce(low_ms, ms) <= ms or not ms <= coalesce(high_ms, ms)
