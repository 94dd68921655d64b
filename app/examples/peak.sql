-- When in the day are answers slow?
select hour(hour) as hour_of_day, sum(n) as requests, max(p95) as worst_p95_ms
from latency_percentiles
where use_case = 'live_chat' and metric = 'first_token'
group by hour_of_day
order by hour_of_day
