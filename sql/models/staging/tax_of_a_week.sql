-- What lost conversions cost a use case in a week, at the pace of a period, by its curve at both ends and the middle. The period counts
-- from the first to the last hour in which anybody came.
-- grain: use_case
-- use_case      as in use_cases
-- verdict       of the fit
-- n             conversions recorded in the period [count]
-- usd           worth lost in a week, middle; null when no worth is known [USD]
-- usd_low       lower end of the curve [USD]
-- usd_high      upper end of the curve [USD]
-- usd_variance  variance by the chance of who converts [USD²]
-- parameters: from_at, to_at, use_case_list, channel_list, tier_list, environment_list
with losses as materialized (
    select *
    from tax_losses(from_at, to_at)
    where part = 'lost_conversions'
),

period as (
    select (epoch(max(hour)) - epoch(min(hour)) + 3600) / 604800 as weeks
    from losses
)

select
    losses.use_case,
    any_value(losses.verdict) as verdict,
    sum(losses.conversions)::bigint as n,
    sum(losses.usd) / any_value(period.weeks) as usd,
    sum(losses.usd_low) / any_value(period.weeks) as usd_low,
    sum(losses.usd_high) / any_value(period.weeks) as usd_high,
    sum(losses.usd_variance) / any_value(period.weeks) ** 2 as usd_variance,
from losses
cross join period
where
    is_chosen(use_case_list, losses.use_case)
    and is_chosen(channel_list, losses.channel)
    and is_chosen(tier_list, losses.tier)
    and is_chosen(environment_list, losses.environment)
group by losses.use_case
