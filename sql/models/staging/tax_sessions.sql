-- What the latency tax counts: one session's waits in a use case on one UTC day, and whether it converted. A request without a session is one of its own.
-- grain: use_case, session, day
-- use_case      as in requests
-- session       session id, else request id
-- day           UTC day
-- started_at    start of its first request that day [UTC]
-- channel       of its first request
-- environment   of its first request
-- tier          of its first request
-- model         that answered its first request
-- asked_model   that its first request asked for
-- is_fallback   whether one of its requests was answered by a lower-quality fallback
-- is_priority   whether one of its requests was served at a faster service tier than the standard one
-- arm           randomised arm
-- latency_ms    its longest wait, as the use case's first objective has it; where no first token is known, until the answer was seen [ms]
-- slowest_id    the request that had it
-- budget_ms     threshold of that objective [ms]
-- input_tokens  prompt tokens of its requests, geometric mean [tokens]
-- is_mobile     whether it was on a phone
-- has_failed    whether one of its requests ended in an error
-- conversions   conversions that followed one of its requests [count]
-- revenue_usd   their worth: as reported, else the use case's value; null when not known [USD]
-- parameters: from_at, to_at
with followed as (
    select
        request_id,
        count(*) as conversions,
        sum(revenue_usd) as revenue_usd,
        count(*) - count(revenue_usd) as without_revenue,
    from conversions
    where request_id is not null
    group by all
),

waits as (
    select
        requests.*,
        objectives.threshold_ms as budget_ms,
        case
            when requests.outcome <> 'error'
                then
                    coalesce(
                        latency_of(
                            objectives.metric,
                            requests.ttft_ms,
                            requests.perceived_ms,
                            requests.duration_ms
                        ),
                        requests.perceived_ms
                    )
        end as latency_ms,
        coalesce(requests.session_id, requests.request_id) as session,
    from lake.requests as requests
    inner join objectives on requests.use_case = objectives.use_case and objectives."position" = 1
    where requests.started_at >= from_at and requests.started_at < to_at
)

select
    waits.use_case,
    waits.session,
    waits.started_at::date as day,
    min(waits.started_at) as started_at,
    min_by(waits.channel, waits.started_at) as channel,
    min_by(waits.environment, waits.started_at) as environment,
    min_by(waits.tier, waits.started_at) as tier,
    min_by(waits.model, waits.started_at) as model,
    min_by(coalesce(waits.asked_model, waits.model), waits.started_at) as asked_model,
    coalesce(bool_or(waits.fallback), false) as is_fallback,
    coalesce(bool_or(waits.service_tier in ('priority', 'sla', 'provisioned')), false) as is_priority,
    min(waits.arm) as arm,
    max(waits.latency_ms) as latency_ms,
    arg_max(waits.request_id, waits.latency_ms) as slowest_id,
    any_value(waits.budget_ms) as budget_ms,
    exp(avg(ln(greatest(waits.input_tokens, 1)))) as input_tokens,
    coalesce(bool_or(waits.device = 'mobile'), false) as is_mobile,
    bool_or(waits.outcome = 'error') as has_failed,
    coalesce(sum(followed.conversions), 0)::bigint as conversions,
    sum(
        case
            when followed.without_revenue = 0 then followed.revenue_usd
            else
                coalesce(followed.revenue_usd, 0)
                + followed.without_revenue * use_cases.value_usd
        end
    ) as revenue_usd,
from waits
left join followed on waits.request_id = followed.request_id
left join use_cases on waits.use_case = use_cases.name
group by all
having max(waits.latency_ms) is not null
