-- What the latency tax of a period is made of: use case, model tier of the session and step that it waited for. Every cut adds up to the total: a cell's loss is shared out
-- over the steps as the slowest requests of its late sessions waited for them. Middles add up, intervals are each row's own. A null list lets all through.
-- grain: basis, use_case, tier, step
-- basis          measured or benchmark, as in latency_tax_total
-- use_case       as in use_cases
-- tier           of the session's first request; unknown, or all: together
-- step           as in tax_step_cells; fallback_quality and speed_premium: no wait, but these parts of the tax; all: together
-- usd            worth lost or paid, middle; null when no worth is known [USD]
-- usd_low        lower end of the 90 % interval [USD]
-- usd_high       upper end of the 90 % interval [USD]
-- lost           conversions lost, middle [count]
-- share          share of what its basis costs in USD over all use cases; of conversions where no worth is known [0..1]
-- share_of_case  share of what its use case costs [0..1]
-- parameters: from_at, to_at, use_case_list := null::varchar[], channel_list := null::varchar[], tier_list := null::varchar[], environment_list := null::varchar[]
with cells as (
    select
        case when source = 'benchmark' then 'benchmark' else 'measured' end as basis,
        use_case,
        part,
        channel,
        environment,
        tier,
        model,
        case when part = 'lost_conversions' and late > 0 then hour end as lost_hour,
        case when part = 'lost_conversions' and late > 0 then latency_bin end as lost_bin,
        sum(n) as n,
        sum(late) as late,
        sum(lost) as lost,
        sum(usd) as usd,
        sum(usd_low) as usd_low,
        sum(usd_high) as usd_high,
        sum(usd_variance) as usd_variance,
    from tax_parts(from_at, to_at, use_case_list, channel_list, tier_list, environment_list)
    where source is not null
    group by all
),

known as (
    select *
    from cells
    window of_part as (partition by use_case, part)
    qualify sum(n) over of_part > 0 or coalesce(sum(lost) over of_part, 0) <> 0
),

shared_out as (
    select
        known.basis,
        known.use_case,
        coalesce(known.tier, 'unknown') as tier,
        case
            when known.part = 'lost_conversions' then coalesce(steps.step, 'unknown')
            else known.part
        end as step,
        known.part,
        sum(known.lost * coalesce(steps.weight / known.late, 1)) as lost,
        sum(known.usd * coalesce(steps.weight / known.late, 1)) as usd,
        sum(known.usd_low * coalesce(steps.weight / known.late, 1)) as usd_low,
        sum(known.usd_high * coalesce(steps.weight / known.late, 1)) as usd_high,
        sum(known.usd_variance * coalesce(steps.weight / known.late, 1)) as usd_variance,
    from known
    left join lake.tax_step_cells as steps
        on
            known.lost_hour = steps.hour
            and known.lost_bin = steps.latency_bin
            and known.use_case = steps.use_case
            and known.channel is not distinct from steps.channel
            and known.environment is not distinct from steps.environment
            and known.tier is not distinct from steps.tier
            and known.model is not distinct from steps.model
    group by all
),

by_part as (
    select
        basis,
        use_case,
        part,
        case when grouping(tier) = 0 then tier else 'all' end as tier,
        case when grouping(step) = 0 then step else 'all' end as step,
        sum(lost) as lost,
        sum(usd) as usd,
        end_low(sum(usd), sum(usd_low), sum(usd_variance)) as usd_low,
        end_high(sum(usd), sum(usd_high), sum(usd_variance)) as usd_high,
    from shared_out
    group by
        grouping sets (
            (basis, use_case, part),
            (basis, use_case, part, tier),
            (basis, use_case, part, step),
            (basis, use_case, part, tier, step)
        )
),

together as (
    select
        basis,
        use_case,
        tier,
        step,
        sum(usd) as usd,
        sum(usd_low) as usd_low,
        sum(usd_high) as usd_high,
        sum(lost) as lost,
    from by_part
    group by all
)

select
    *,
    coalesce(
        usd / nullif(sum(usd) filter (where tier = 'all' and step = 'all') over of_basis, 0),
        lost / nullif(sum(lost) filter (where tier = 'all' and step = 'all') over of_basis, 0)
    ) as share,
    coalesce(
        usd / nullif(sum(usd) filter (where tier = 'all' and step = 'all') over of_case, 0),
        lost / nullif(sum(lost) filter (where tier = 'all' and step = 'all') over of_case, 0)
    ) as share_of_case,
from together
where (tier = 'all' and step = 'all') or usd <> 0 or lost <> 0
window
    of_basis as (partition by basis),
    of_case as (partition by basis, use_case)
order by basis desc, use_case, tier, step
