-- Who sends spans: arrivals of the last 7 days by service and environment, with everything they are sent through.
-- grain: service, environment
-- service           as in spans
-- environment       as in spans
-- families          what they speak, the busiest first; null stands for scopes that nobody knows
-- instrumentations  (instrumentation, spans) of pipeline_services, the busiest first
-- spans             spans [count]
-- last_seen_at      when the last one arrived [UTC]
-- parameters: as_of := now()
with services as (
    select *
    from pipeline_services(as_of)
),

families as (
    select
        service,
        environment,
        family,
        sum(spans) as spans,
    from services
    group by all
),

families_listed as (
    select
        service,
        environment,
        list(family order by spans desc) as families,
    from families
    group by all
)

select
    services.service,
    services.environment,
    families_listed.families,
    list(
        struct_pack(instrumentation := services.instrumentation, spans := services.spans)
        order by services.spans desc
    ) as instrumentations,
    sum(services.spans)::bigint as spans,
    max(services.last_seen_at) as last_seen_at,
from services
inner join families_listed
    on
        services.service = families_listed.service
        and services.environment is not distinct from families_listed.environment
group by all
order by last_seen_at desc, services.service
