-- Who sends spans: arrivals of the last 7 days by service and environment, with everything they are sent through.
-- grain: service, environment
-- service           as in spans
-- environment       as in spans
-- instrumentations  (instrumentation, spans) of pipeline_services, the busiest first
-- spans             spans [count]
-- last_seen_at      when the last one arrived [UTC]
-- parameters: as_of := now()
select
    services.service,
    services.environment,
    list(
        struct_pack(instrumentation := services.instrumentation, spans := services.spans)
        order by services.spans desc
    ) as instrumentations,
    sum(services.spans)::bigint as spans,
    max(services.last_seen_at) as last_seen_at,
from pipeline_services(as_of) as services
group by all
order by last_seen_at desc, service
