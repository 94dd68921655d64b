-- Requests of a period and filters, or those that belong to an id, each with the budget of its use case: its first objective.
-- A null list, or a null id, lets all through.
-- grain: request_id
-- request_id      as in requests
-- started_at      as in requests [UTC]
-- use_case        as in requests
-- title           the use case, for people; null when nothing tells
-- channel         as in requests
-- environment     as in requests
-- service         as in requests
-- model           as in requests
-- tier            as in requests
-- outcome         ok, error, timeout or cancelled
-- duration_ms     as in requests [ms]
-- perceived_ms    as in requests [ms]
-- perceived_kind  first_token, first_audio or full
-- spans           as in requests [count]
-- cost_usd        as in requests [USD]
-- complete        as in requests
-- budget_sli      what the budget is about: first_token, perceived or response; null without one
-- budget_ms       the budget [ms]
-- over_budget_ms  how far the request was over its budget, negative when within; null when its latency is not known [ms]
-- parameters: from_at, to_at, use_case_list := null::varchar[], channel_list := null::varchar[], tier_list := null::varchar[], environment_list := null::varchar[], outcome_list := null::varchar[], searched := null::varchar
with chosen as (
    select *
    from lake.requests
    where
        started_at >= from_at
        and started_at < to_at
        and is_chosen(use_case_list, use_case)
        and is_chosen(channel_list, channel)
        and is_chosen(tier_list, tier)
        and is_chosen(environment_list, environment)
        and is_chosen(outcome_list, outcome)
        and (
            searched is null
            or starts_with(request_id, lower(searched))
            or session_id = searched
            or user_id = searched
        )
),

budgets as (
    select use_case, metric, threshold_ms
    from objectives
    where "position" = 1
)

select
    chosen.request_id,
    chosen.started_at,
    chosen.use_case,
    use_cases.title,
    chosen.channel,
    chosen.environment,
    chosen.service,
    chosen.model,
    chosen.tier,
    chosen.outcome,
    chosen.duration_ms,
    chosen.perceived_ms,
    chosen.perceived_kind,
    chosen.spans,
    chosen.cost_usd,
    chosen.complete,
    budgets.metric as budget_sli,
    budgets.threshold_ms as budget_ms,
    latency_of(budgets.metric, chosen.ttft_ms, chosen.perceived_ms, chosen.duration_ms)
    - budgets.threshold_ms as over_budget_ms,
from chosen
left join use_cases on chosen.use_case = use_cases.name
left join budgets on chosen.use_case = budgets.use_case
