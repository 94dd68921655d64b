-- What takes the place of what a lever cuts, looked up by the cut. The simple requests of a use case go to the quickest model in use of
-- the next lower tier than the largest that answers them; those that no larger model answers stay where they are.
-- grain: basis, subject, slot
-- basis            fast_tier, hedge, cached_decision; call for all other levers
-- subject          as in possible_cuts; of fast_tier the use case
-- slot             hour of the day of a call; of hedge the bucket of its time; of cached_decision null
-- call_ms          usual time of a call before its tokens; null when it is not known [ms]
-- input_token_ms   for every prompt token [ms]
-- output_token_ms  for every completion token [ms]
-- larger_tiers     of fast_tier: tiers whose requests are routed
-- gain_ms          what a second call saves [ms]
-- met_at           when the decision was first taken [UTC]
-- parameters: from_at, to_at, chosen
with speeds as materialized (
    select *
    from call_speeds(from_at, to_at)
),

met as materialized (
    select
        lever,
        case lever when 'fast_tier' then tier else subject end as subject,
        use_case,
        min(started_at) as met_at,
    from lake.possible_cuts
    where
        lever in ('cached_decision', 'fast_tier')
        and started_at >= from_at
        and started_at < to_at
    group by all
),

sizes as (
    select tier, min(typical_low_ms) as size
    from model_tiers
    group by tier
),

models as (
    select
        speeds.subject,
        sizes.size,
        avg(
            speeds.first_token_ms + 1000 * speeds.input_token_ms + 100 * speeds.output_token_ms
        ) as usual_ms,
    from speeds
    inner join sizes on speeds.tier = sizes.tier
    where speeds.n >= 20 and speeds.output_token_ms > 0
    group by speeds.subject, sizes.size
),

faster_models as (
    select
        sizes.size,
        first(models.subject order by models.size desc, models.usual_ms) as subject,
        max(models.size) as faster_size,
        (select min(smallest.size) from sizes as smallest) as smallest_size,
    from sizes
    left join models on sizes.size > models.size
    group by sizes.size
    having sizes.size > smallest_size
),

largest as (
    select met.use_case, max(sizes.size) as size
    from met
    inner join sizes on met.subject = sizes.tier
    where met.lever = 'fast_tier'
    group by met.use_case
),

hours as (select unnest(range(24))::smallint as slot),

routed as (
    select
        largest.use_case as subject,
        hours.slot,
        (
            select list(sizes.tier)
            from sizes
            where sizes.size > coalesce(faster_models.faster_size, faster_models.smallest_size)
        ) as larger_tiers,
        speeds.first_token_ms as call_ms,
        speeds.input_token_ms,
        speeds.output_token_ms,
    from largest
    inner join faster_models on largest.size = faster_models.size
    cross join hours
    left join speeds on faster_models.subject = speeds.subject and hours.slot = speeds.hour_of_day
),

calls as (
    select
        unnest(
            case subject when 'network' then [subject, 'network within a region'] else [subject] end
        ) as subject,
        hour_of_day as slot,
        first_token_ms as call_ms,
        input_token_ms,
        output_token_ms,
    from speeds
),

second_calls as (
    select subject, bucket as slot, gain_ms
    from hedge_gains(
        from_at,
        to_at,
        (
            select delay_percentile
            from lever_settings(chosen)
            where lever = 'hedge'
        )
    )
),

prices as (
    select 'call' as basis, *
    from calls
    union all by name
    select 'fast_tier' as basis, *
    from routed
    union all by name
    select 'hedge' as basis, *
    from second_calls
    union all by name
    select lever as basis, subject, met_at
    from met
    where lever = 'cached_decision'
)

select unnest(list(prices), recursive := true)
from prices
