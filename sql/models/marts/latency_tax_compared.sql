-- The measured latency tax of a period against the period of equal length before it. Both are figured with one curve for each use case, so what the curve leaves open is open
-- in both: the interval of the difference is that of the difference at both ends of the curve, and chance. Nothing is compared with a period whose first seventh
-- lies before the first session.
-- grain: none
-- usd_before       worth lost or paid in the period before, middle; null when there is nothing [USD]
-- usd_change       that of the period, less that of the period before [USD]
-- usd_change_low   lower end of its 90 % interval [USD]
-- usd_change_high  upper end of its 90 % interval [USD]
-- change           more, less or unclear; null when there is nothing to compare with
-- parameters: from_at, to_at, use_case_list := null::varchar[], channel_list := null::varchar[], tier_list := null::varchar[], environment_list := null::varchar[]
with cells as (
    select use_case, 1 as sign, usd, usd_low, usd_high, usd_variance
    from tax_parts(from_at, to_at, use_case_list, channel_list, tier_list, environment_list)
    where source <> 'benchmark' and usd is not null
    union all
    select use_case, -1, usd, usd_low, usd_high, usd_variance
    from tax_parts(
        hour_of(from_at) - (hour_of(to_at) - hour_of(from_at)),
        hour_of(from_at),
        use_case_list,
        channel_list,
        tier_list,
        environment_list
    )
    where source <> 'benchmark' and usd is not null
),

differences as (
    select
        use_case,
        sum(usd) filter (where sign < 0) as usd_before,
        sum(sign * usd) as usd_change,
        end_low(
            usd_change,
            least(usd_change, sum(sign * usd_low), sum(sign * usd_high)),
            sum(usd_variance)
        ) as usd_change_low,
        end_high(
            usd_change,
            greatest(usd_change, sum(sign * usd_low), sum(sign * usd_high)),
            sum(usd_variance)
        ) as usd_change_high,
    from cells
    group by use_case
),

before as (
    select min(hour) < hour_of(from_at) - (hour_of(to_at) - hour_of(from_at)) * 6 / 7 as is_whole
    from lake.tax_cells
),

total as (
    select
        sum(usd_before) as before_usd,
        sum(usd_change) as change_usd,
        together_low(usd_change, usd_change_low) as change_low,
        together_high(usd_change, usd_change_high) as change_high,
    from differences
)

select
    case when before.is_whole then total.before_usd end as usd_before,
    case when usd_before is not null then total.change_usd end as usd_change,
    case when usd_before is not null then total.change_low end as usd_change_low,
    case when usd_before is not null then total.change_high end as usd_change_high,
    case
        when usd_change is null then null
        when usd_change_low > 0 then 'more'
        when usd_change_high < 0 then 'less'
        else 'unclear'
    end as change,
from total
cross join before
