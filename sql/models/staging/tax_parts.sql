-- All that slowness costs, by cell and part of the latency tax; add up over any column but `part`. A null list lets all through. Whole hours, as in tax_losses.
-- The lists choose among losses that were found over everything, so that every cut adds up.
-- grain: none
-- use_case       as in use_cases
-- channel        as in requests
-- environment    as in requests
-- tier           as in requests
-- model          as in requests
-- hour           start of the UTC hour
-- latency_bin    as in tax_cells; null for speed_premium
-- part           lost_conversions, fallback_quality or speed_premium
-- verdict        of the fit; speed_premium is measured
-- reason         of the fit
-- source         data, benchmark (the fit refuses), or accounting (what was paid); null where there is nothing to say of fallbacks
-- sessions       sessions [count]
-- n              conversions recorded; calls for speed_premium [count]
-- late           sessions over the budget [count]
-- unpriced       of n, calls without a known price: not in usd [count]
-- lost           conversions lost, middle [count]
-- lost_low       lower end of the curve [count]
-- lost_high      upper end of the curve [count]
-- lost_variance  variance by chance [count²]
-- usd            worth lost or paid, middle; null when not known [USD]
-- usd_low        lower end of the curve [USD]
-- usd_high       upper end of the curve [USD]
-- usd_variance   variance by chance [USD²]
-- parameters: from_at, to_at, use_case_list := null::varchar[], channel_list := null::varchar[], tier_list := null::varchar[], environment_list := null::varchar[]
with parts as (
    select
        *,
        conversions as n,
        case
            when verdict in ('measured', 'blended') then 'data'
            when part = 'lost_conversions' then 'benchmark'
        end as source,
    from tax_losses(from_at, to_at)
    union all by name
    select
        *,
        calls as n,
        'speed_premium' as part,
        'measured' as verdict,
        'Counted from calls and their prices.' as reason,
        'accounting' as source,
        usd as usd_low,
        usd as usd_high,
        0 as usd_variance,
    from lake.tax_paid_cells
    where hour >= hour_of(from_at) and hour < hour_of(to_at)
)

select
    use_case,
    channel,
    environment,
    tier,
    model,
    hour,
    latency_bin,
    part,
    verdict,
    reason,
    source,
    sessions,
    n,
    late,
    unpriced,
    lost,
    lost_low,
    lost_high,
    lost_variance,
    usd,
    usd_low,
    usd_high,
    usd_variance,
from parts
where
    is_chosen(use_case_list, use_case)
    and is_chosen(channel_list, channel)
    and is_chosen(tier_list, tier)
    and is_chosen(environment_list, environment)
