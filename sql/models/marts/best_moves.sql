-- The best levers, of each use case its best one first: savings of several levers of one use case do not add up, those of different use cases do.
-- First those that surely give money back of the latency tax, by how much; then the others, by the requests that they bring into their budget.
-- grain: use_case, lever
-- use_case           as in requests
-- lever              as in levers
-- move_rank          1 is what to do first
-- ranked_by          money where the whole interval of usd_week is above zero, else requests
-- metric             as in opportunities
-- n                  requests it applies to [count]
-- requests           requests of the use case that count [count]
-- saved_p95_ms       by how much the 95th percentile falls [ms]
-- compliance_before  share of requests within the budget [0..1]
-- compliance_after   the same with the lever [0..1]
-- more_in_budget     requests of the period that would have been within it too [count]
-- usd_week           as in opportunities [USD]
-- usd_week_low       as in opportunities [USD]
-- usd_week_high      as in opportunities [USD]
-- money_week         usd_week in another currency, at per_usd
-- money_week_low     usd_week_low in that currency
-- money_week_high    usd_week_high in that currency
-- assumptions        what the figures rest on
-- parameters: from_at := now() - interval 28 day, to_at := now(), use_case_list := null::varchar[], channel_list := null::varchar[], tier_list := null::varchar[], environment_list := null::varchar[], one_in := 1, per_usd := 1.0
with saving as (
    select
        *,
        compliance_gain * requests as more_in_budget,
        case when usd_week_low > 0 then 'money' else 'requests' end as ranked_by,
        case when usd_week_low > 0 then usd_week end as sure_usd_week,
    from opportunities(
        from_at, to_at, use_case_list, channel_list, tier_list, environment_list, one_in
    )
    where verdict = 'saves' and (compliance_gain > 0 or usd_week_low > 0)
),

ranked as (
    select
        *,
        row_number() over (
            partition by use_case
            order by sure_usd_week desc nulls last, more_in_budget desc, saved_p95_ms desc, lever
        ) as turn,
    from saving
)

select
    use_case,
    lever,
    row_number() over (
        order by turn, sure_usd_week desc nulls last, more_in_budget desc, use_case
    ) as move_rank,
    ranked_by,
    metric,
    n::bigint as n,
    requests::bigint as requests,
    saved_p95_ms,
    compliance_before,
    compliance_after,
    more_in_budget,
    usd_week,
    usd_week_low,
    usd_week_high,
    usd_week * per_usd as money_week,
    usd_week_low * per_usd as money_week_low,
    usd_week_high * per_usd as money_week_high,
    assumptions,
from ranked
