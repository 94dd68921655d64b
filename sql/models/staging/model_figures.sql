-- What each model did for each use case: how long its requests took by what the use case's budget looks at, how many kept it, what they
-- cost and how good they were. The whole request, not the model's own call; where another model had to step in, the one that was asked.
-- Whole hours: those of the start and of the end count from beginning to end. A null list lets all through.
-- grain: use_case, model
-- use_case         as in use_cases
-- model            that was to answer (asked_model)
-- tier             as in requests; null where it never answered any request
-- provider         who sold most of its answers
-- from_at          start of the first hour in which the use case had requests [UTC]
-- until_at         end of the last [UTC]
-- requests         requests [count]
-- n                requests that finished well with this latency known [count]
-- mean_ms          mean: what a vendor would quote [ms]
-- from_hour        UTC hour of the day in which the use case's busiest three begin
-- n_peak           of n, in those three hours [count]
-- peak_p95         95th percentile in them; null below 20 [ms]
-- p50              median [ms]
-- p50_low          lower end of its interval; null when the sample is too small to have one [ms]
-- p50_high         upper end [ms]
-- p95              95th percentile [ms]
-- p95_low          lower end of its interval; null when the sample is too small to have one [ms]
-- p95_high         upper end [ms]
-- p99              99th percentile; null below 100 requests [ms]
-- p99_low          lower end of its interval; null when the sample is too small to have one [ms]
-- p99_high         upper end [ms]
-- good             requests that finished well and in time [count]
-- total            requests that count: good and bad [count]
-- priced           requests whose cost and tokens are known [count]
-- cost_usd         their cost, of all their calls [USD]
-- tokens           their tokens, of all their calls [tokens]
-- rated            requests with a quality [count]
-- quality          its mean [0..1]
-- quality_spread   half its 90 % interval; null below 2 [0..1]
-- parameters: from_at, to_at, use_case_list, channel_list, tier_list, environment_list
with scoped as (
    select *, extract('hour' from hour)::integer as hour_of_day
    from lake.model_hours
    where
        hour >= hour_of(from_at)
        and hour < to_at
        and is_chosen(use_case_list, use_case)
        and is_chosen(channel_list, channel)
        and is_chosen(environment_list, environment)
),

hours_of_day as (
    select use_case, hour_of_day, sum(n) as n
    from scoped
    group by all
),

threes as (
    select first.use_case, first.hour_of_day as from_hour, sum(following.n) as n
    from hours_of_day as first
    inner join hours_of_day as following
        on
            first.use_case = following.use_case
            and (following.hour_of_day - first.hour_of_day + 24) % 24 < 3
    group by all
),

busiest as (
    select
        use_case,
        first(from_hour order by n desc, from_hour) as from_hour,
    from threes
    group by use_case
),

buckets as (
    select
        use_case,
        model,
        bucket,
        sum(timed) as n,
        coalesce(
            sum(timed) filter (where (hour_of_day - busiest.from_hour + 24) % 24 < 3), 0
        ) as n_peak,
    from scoped
    inner join busiest using (use_case)
    group by all
),

ranked as (
    select
        *,
        bucket_ms(bucket) as ms,
        sum(n) over up_to_here as up_to,
        sum(n) over of_model as total,
        sum(n_peak) over up_to_here as peak_up_to,
        sum(n_peak) over of_model as peak_total,
    from buckets
    where n > 0
    window
        of_model as (partition by use_case, model),
        up_to_here as (partition by use_case, model order by bucket nulls first)
),

latencies as (
    select
        use_case,
        model,
        any_value(total)::bigint as n,
        sum(n * ms) / any_value(total) as mean_ms,
        any_value(peak_total)::bigint as n_peak,
        min(ms) filter (where peak_up_to >= 0.95 * (peak_total - 1) + 1 and peak_total >= 20)
            as peak_p95,
        min(ms) filter (where up_to >= 0.50 * (total - 1) + 1) as p50,
        min(ms) filter (where up_to >= rank_low(0.50, total)) as p50_low,
        min(ms) filter (where up_to >= rank_high(0.50, total)) as p50_high,
        min(ms) filter (where up_to >= 0.95 * (total - 1) + 1) as p95,
        min(ms) filter (where up_to >= rank_low(0.95, total)) as p95_low,
        min(ms) filter (where up_to >= rank_high(0.95, total)) as p95_high,
        min(ms) filter (where up_to >= 0.99 * (total - 1) + 1 and total >= 100) as p99,
        min(ms) filter (where up_to >= rank_low(0.99, total) and total >= 100) as p99_low,
        min(ms) filter (where up_to >= rank_high(0.99, total) and total >= 100) as p99_high,
    from ranked
    group by use_case, model
),

providers as (
    select use_case, model, first(provider order by n desc, provider) as provider
    from (
        select use_case, model, provider, sum(n) as n
        from scoped
        where provider is not null
        group by all
    )
    group by use_case, model
),

tiers as (
    select model, any_value(tier) as tier
    from lake.model_hours
    group by model
),

sums as (
    select
        use_case,
        model,
        min(hour) as from_at,
        max(hour) + interval 1 hour as until_at,
        sum(n)::bigint as requests,
        sum(good)::bigint as good,
        sum(total)::bigint as total,
        sum(priced)::bigint as priced,
        sum(cost_usd) as cost_usd,
        sum(tokens)::bigint as tokens,
        sum(rated)::bigint as rated,
        sum(quality) as quality_sum,
        sum(quality_2) as quality_2_sum,
    from scoped
    group by use_case, model
    having sum(n) > 0
)

select
    sums.use_case,
    sums.model,
    tiers.tier,
    providers.provider,
    min(sums.from_at) over (partition by sums.use_case) as from_at,
    max(sums.until_at) over (partition by sums.use_case) as until_at,
    sums.requests,
    coalesce(latencies.n, 0) as n,
    latencies.mean_ms,
    busiest.from_hour,
    coalesce(latencies.n_peak, 0) as n_peak,
    latencies.peak_p95,
    latencies.p50,
    latencies.p50_low,
    latencies.p50_high,
    latencies.p95,
    latencies.p95_low,
    latencies.p95_high,
    latencies.p99,
    latencies.p99_low,
    latencies.p99_high,
    sums.good,
    sums.total,
    sums.priced,
    sums.cost_usd,
    sums.tokens,
    sums.rated,
    quality_sum / nullif(rated, 0) as quality,
    1.6448536269514722
    * sqrt(greatest(quality_2_sum - quality_sum ** 2 / nullif(rated, 0), 0) / nullif(rated * (rated - 1), 0))
        as quality_spread,
from sums
inner join busiest on sums.use_case = busiest.use_case
inner join tiers on sums.model = tiers.model
left join latencies on sums.use_case = latencies.use_case and sums.model = latencies.model
left join providers on sums.use_case = providers.use_case and sums.model = providers.model
where is_chosen(tier_list, tiers.tier)
