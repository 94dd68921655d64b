-- For each tier but the lowest, the quickest model in use of the next lower tier that has one: its simple requests could be routed there.
-- grain: tier
-- tier             as in model_tiers
-- subject          the quicker model; null when none of a lower tier is in use
-- first_token_ms   as in call_speeds [ms]
-- input_token_ms   as in call_speeds [ms]
-- output_token_ms  as in call_speeds [ms]
-- parameters: from_at, to_at
with sizes as (
    select tier, min(typical_low_ms) as size
    from model_tiers
    group by tier
),

models as (
    select
        speeds.*,
        sizes.size,
        speeds.first_token_ms + 1000 * speeds.input_token_ms + 100 * speeds.output_token_ms as usual_ms,
    from call_speeds(from_at, to_at) as speeds
    inner join sizes using (tier)
    where speeds.n >= 20 and speeds.output_token_ms > 0
)

select
    sizes.tier,
    first(models.subject order by models.size desc, models.usual_ms) as subject,
    first(models.first_token_ms order by models.size desc, models.usual_ms) as first_token_ms,
    first(models.input_token_ms order by models.size desc, models.usual_ms) as input_token_ms,
    first(models.output_token_ms order by models.size desc, models.usual_ms) as output_token_ms,
from sizes
left join models on sizes.size > models.size
where sizes.size > (select min(lowest.size) from sizes as lowest)
group by sizes.tier
