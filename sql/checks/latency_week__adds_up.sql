-- The hours of the week hold each request of the period once.
select use_case, metric, sum(week.n) as week_n, any_value(period.n) as period_n
from latency_week('2000-01-01', now(), null, null, null, null) as week
full join latency_percentiles_period('2000-01-01', now(), null, null, null, null) as period
    using (use_case, metric)
group by all
having sum(week.n) is distinct from any_value(period.n)
