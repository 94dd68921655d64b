-- What did model calls cost, day by day?
select started_at::date as day, sum(cost_usd) as usd, count(*) as requests, count(*) - count(cost_usd) as without_a_cost
from requests
where started_at > now() - interval 28 day
group by day
order by day
