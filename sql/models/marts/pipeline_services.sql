-- Who sends spans: arrivals of the last 7 days by service, environment and instrumentation.
-- grain: service, environment, instrumentation
-- service          as in spans
-- environment      as in spans
-- instrumentation  the instrumentation scope, which names the library
-- spans            spans [count]
-- last_seen_at     when the last one arrived [UTC]
-- parameters: as_of := now()
select
    service,
    environment,
    scope as instrumentation,
    count(*) as spans,
    max(received_at) as last_seen_at,
from lake.spans
where received_at >= as_of - interval 7 days and received_at <= as_of
group by all
order by spans desc
