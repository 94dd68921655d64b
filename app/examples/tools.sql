-- Which tools are slow, and how often are they called?
select
    tool,
    count(*) as calls,
    quantile_disc(duration_ms, 0.5) as p50_ms,
    quantile_disc(duration_ms, 0.95) as p95_ms,
    count(*) filter (where status = 'error') as failed
from spans
where step = 'tool' and started_at > now() - interval 7 day
group by tool
order by p95_ms desc
