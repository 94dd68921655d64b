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
        greatest(
            abs(usd_change - sum(sign * usd_low)), abs(usd_change - sum(sign * usd_high))
        ) as curve_arm,
        sqrt(curve_arm ** 2 + 1.6448536269514722 ** 2 * sum(usd_variance)) as arm,
    from cells
    group by use_case
),

before as (
    select min(hour) < hour_of(from_at) - (hour_of(to_at) - hour_of(from_at)) * 6 / 7 as is_whole
    from lake.tax_cells
),

total as (
    select
        case when any_value(before.is_whole) then sum(differences.usd_before) end as before_usd,
        case when before_usd is not null then sum(differences.usd_change) end as change_usd,
        sqrt(sum(differences.arm ** 2)) as change_arm,
    from differences
    cross join before
)

select
    before_usd as usd_before,
    change_usd as usd_change,
    change_usd - change_arm as usd_change_low,
    change_usd + change_arm as usd_change_high,
    case
        when change_usd is null then null
        when abs(change_usd) <= change_arm then 'unclear'
        when change_usd > 0 then 'more'
        else 'less'
    end as change,
from total
