-- All hours together are the period, and the busiest are among them.
select use_case, metric, hours, peak.n, peak.p95, period.n as period_n, period.p95 as period_p95
from latency_peak('2000-01-01', now(), null, null, null, null) as peak
full join latency_percentiles_period('2000-01-01', now(), null, null, null, null) as period
    using (use_case, metric)
where
    peak.n is null
    or peak.n > period.n
    or hours = 'all' and (peak.n, peak.p95) is distinct from (period.n, period.p95)
