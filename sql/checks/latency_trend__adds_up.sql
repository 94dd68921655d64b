-- The buckets of the trend hold each request of the period once.
select use_case, metric, sum(trend.n) as trend_n, any_value(period.n) as period_n
from latency_trend('2000-01-01', now(), 86400, null, null, null, null) as trend
full join latency_percentiles_period('2000-01-01', now(), null, null, null, null) as period
    using (use_case, metric)
group by all
having sum(trend.n) is distinct from any_value(period.n)
