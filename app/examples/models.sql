-- Which model answers which use case, how fast and for how much?
select
    use_case,
    model,
    tier,
    count(*) as requests,
    quantile_disc(perceived_ms, 0.5) as p50_ms,
    quantile_disc(perceived_ms, 0.95) as p95_ms,
    avg(cost_usd) as usd_a_request,
    avg(quality) as quality
from requests
where started_at > now() - interval 7 day and model is not null and outcome = 'ok'
group by all
having count(*) >= 30
order by use_case, requests desc
