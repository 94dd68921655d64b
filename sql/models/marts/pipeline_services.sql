-- Who sends spans: arrivals of the last 7 days by service, environment and instrumentation.
-- grain: service, environment, instrumentation
-- service          as in spans
-- environment      as in spans
-- instrumentation  the instrumentation scope, which names the library
-- family           the conventions that it speaks; null when nobody knows the scope
-- spans            spans [count]
-- last_seen_at     when the last one arrived [UTC]
-- parameters: as_of := now()
with arrivals as (
    select
        service,
        environment,
        scope as instrumentation,
        count(*) as spans,
        max(received_at) as last_seen_at,
    from lake.spans
    where received_at >= as_of - interval 7 days and received_at <= as_of
    group by all
),

families as (
    select
        arrivals.instrumentation,
        arg_min(known.family, known.position) as family,
    from (select distinct instrumentation from arrivals) as arrivals
    inner join instrumentation_families as known on arrivals.instrumentation glob known.pattern
    group by all
)

select
    arrivals.service,
    arrivals.environment,
    arrivals.instrumentation,
    families.family,
    arrivals.spans,
    arrivals.last_seen_at,
from arrivals
left join families on arrivals.instrumentation = families.instrumentation
order by arrivals.spans desc
