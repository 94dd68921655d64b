-- How much worse the answers of lower-quality fallbacks were, in quality points: needs evaluation scores and no conversions. Never in dollars, and not part of the tax.
-- Fallbacks are compared with answers of the model that was asked, of the same intent; where all of them fell back there is nothing to compare.
-- grain: use_case
-- use_case        as in use_cases
-- requests        requests answered [count]
-- fallbacks       of these, by a fallback [count]
-- fallback_ratio  fallbacks / requests [0..1]
-- n_compared      fallbacks with a quality, and answers of the asked model with one beside them [count]
-- quality_asked   mean quality that the asked models have on what fell back [0..1]
-- quality_served  mean quality of the fallbacks [0..1]
-- quality_gap     fallback_ratio * (quality_asked - quality_served): what fallbacks take off the mean quality; negative where they did better [0..1]
-- parameters: from_at, to_at
with answered as (
    select
        use_case,
        coalesce(intent, '') as intent,
        coalesce(asked_model, model, '') as asked_model,
        fallback,
        quality,
    from lake.requests
    where started_at >= from_at and started_at < to_at and outcome <> 'error'
),

counted as (
    select
        use_case,
        count(*) as requests,
        count(*) filter (where fallback) as fallbacks,
        count(*) filter (where fallback) / count(*) as fallback_ratio,
    from answered
    group by use_case
),

alike as (
    select
        use_case,
        count(quality) filter (where fallback) as n,
        avg(quality) filter (where not fallback) as quality_asked,
        avg(quality) filter (where fallback) as quality_served,
    from answered
    group by use_case, intent, asked_model
    having count(quality) filter (where fallback) > 0 and count(quality) filter (where not fallback) > 0
),

compared as (
    select
        use_case,
        sum(n)::bigint as n_compared,
        sum(n * quality_asked) / sum(n) as quality_asked,
        sum(n * quality_served) / sum(n) as quality_served,
    from alike
    group by use_case
)

select
    counted.use_case,
    counted.requests,
    counted.fallbacks,
    counted.fallback_ratio,
    coalesce(compared.n_compared, 0) as n_compared,
    compared.quality_asked,
    compared.quality_served,
    counted.fallback_ratio * (compared.quality_asked - compared.quality_served) as quality_gap,
from counted
left join compared on counted.use_case = compared.use_case
where counted.fallbacks > 0
