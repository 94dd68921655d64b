-- What levers give back of the latency tax in a week: the share of what is lost now that would not be lost at the latencies after, times the
-- tax. Of a relation with use_case, lever, bucket, before and after: requests at a latency before and after the lever is pulled.
-- grain: use_case, lever
-- use_case       as in use_cases
-- lever          as in levers
-- usd_week       middle; null unless the tax is measured or blended, and a worth is known [USD]
-- usd_week_low   lower end of the 90 % interval [USD]
-- usd_week_high  upper end of the 90 % interval [USD]
-- gained_share   share of the loss that is taken away, by the middle of the curve; 0 when nothing is lost [..1]
-- tax_usd_week   what slowness costs the use case in a week; null as above [USD]
-- usd_verdict    measured or blended; else why there is no money: insufficient_data, not_identifiable, no_conversions or no_worth
-- conversions    conversions recorded in the period [count]
-- parameters: relation, from_at, to_at, use_case_list, channel_list, tier_list, environment_list
with sums as (
    select
        moved.use_case,
        moved.lever,
        coalesce(sum(moved.before * losses.lost_low), 0) as lost_low,
        coalesce(sum(moved.before * losses.lost), 0) as lost,
        coalesce(sum(moved.before * losses.lost_high), 0) as lost_high,
        coalesce(sum((moved.before - moved.after) * losses.lost_low), 0) as gained_low,
        coalesce(sum((moved.before - moved.after) * losses.lost), 0) as gained,
        coalesce(sum((moved.before - moved.after) * losses.lost_high), 0) as gained_high,
    from query_table(relation) as moved
    left join loss_by_bucket as losses
        on moved.use_case = losses.use_case and moved.bucket = losses.bucket
    group by moved.use_case, moved.lever
),

worth as (
    select
        sums.*,
        taxes.n,
        taxes.verdict,
        taxes.usd as tax_usd,
        taxes.usd_variance,
        case when abs(lost_high) >= abs(lost_low) then lost_high else lost_low end as most_lost,
        case when abs(lost_high) >= abs(lost_low) then taxes.usd_high else taxes.usd_low end as most_usd,
        money_of(gained_low, lost_low, taxes.usd_low, most_lost, most_usd) as usd_low,
        money_of(gained, lost, taxes.usd, most_lost, most_usd) as usd,
        money_of(gained_high, lost_high, taxes.usd_high, most_lost, most_usd) as usd_high,
        money_of(gained, lost, 1, most_lost, 1) as share,
    from sums
    left join tax_of_a_week(
        from_at, to_at, use_case_list, channel_list, tier_list, environment_list
    ) as taxes on sums.use_case = taxes.use_case
)

select
    use_case,
    lever,
    case when verdict in ('measured', 'blended') then usd end as usd_week,
    case
        when verdict in ('measured', 'blended')
            then end_low(usd, least(usd_low, usd, usd_high), share ** 2 * usd_variance)
    end as usd_week_low,
    case
        when verdict in ('measured', 'blended')
            then end_high(usd, greatest(usd_low, usd, usd_high), share ** 2 * usd_variance)
    end as usd_week_high,
    share as gained_share,
    case when verdict in ('measured', 'blended') then tax_usd end as tax_usd_week,
    case
        when verdict is null or n = 0 then 'no_conversions'
        when verdict in ('measured', 'blended') and usd is null then 'no_worth'
        else verdict
    end as usd_verdict,
    coalesce(n, 0) as conversions,
from worth
