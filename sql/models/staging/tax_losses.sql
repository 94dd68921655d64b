-- Cells of a period with what slowness and fallbacks cost them, by the curve of their use case at both ends and the middle of its interval. Add up over any column.
-- What was lost is the conversions that slow sessions would have had more; where hardly any that missed a deadline converts (less than exp(-2) of what is due),
-- late sessions times the rate of those in time. What speed and quality cost only together is halved between them.
-- Whole hours: that of the start counts from its beginning, that of the end not at all.
-- grain: none
-- use_case        as in use_cases
-- part            lost_conversions: by slowness; fallback_quality: by lower-quality fallbacks, only of cells that they answered
-- channel         as in requests
-- environment     as in requests
-- tier            as in requests
-- model           as in requests
-- hour            start of the UTC hour in which the sessions began
-- latency_bin     as in tax_cells
-- is_fallback     whether a fallback answered
-- verdict         of the fit
-- reason          of the fit
-- sessions        sessions [count]
-- conversions     conversions recorded [count]
-- late            sessions over the budget [count]
-- lost            conversions lost, middle; null of fallbacks that the data does not tell of [count]
-- lost_low        lower end of the curve [count]
-- lost_high       upper end of the curve [count]
-- lost_variance   variance of what was lost by the chance of who converts [count²]
-- usd             worth lost, middle; null when no worth is known [USD]
-- usd_low         lower end of the curve [USD]
-- usd_high        upper end of the curve [USD]
-- usd_variance    variance by chance [USD²]
-- parameters: from_at, to_at
with cells as (
    select
        tax_cells.*,
        tax_fits.verdict,
        tax_fits.reason,
        tax_fits.fallback_verdict,
        tax_fits.fallback_reason,
        tax_fits.decay = 'deadline' and tax_fits.effects[tax_cells.latency_bin + 1] > 2 as is_missed,
        tax_fits.effects_low[tax_cells.latency_bin + 1] as effect_low,
        tax_fits.effects[tax_cells.latency_bin + 1] as effect,
        tax_fits.effects_high[tax_cells.latency_bin + 1] as effect_high,
        exp(tax_fits.fallback_effect_low) - 1 as worse_low,
        exp(tax_fits.fallback_effect) - 1 as worse,
        exp(tax_fits.fallback_effect_high) - 1 as worse_high,
        use_cases.capture_rate,
    from lake.tax_cells as tax_cells
    inner join tax_fits on tax_cells.use_case = tax_fits.use_case
    inner join use_cases on tax_cells.use_case = use_cases.name
    where tax_cells.hour >= hour_of(from_at) and tax_cells.hour < hour_of(to_at)
),

in_time as (
    select
        use_case,
        model,
        sum(conversions) / sum(sessions) as conversion_rate,
        sum(revenue_usd) / sum(sessions) as usd_a_session,
    from cells
    where latency_bin < 5
    group by all
),

by_speed as (
    select
        cells.*,
        'lost_conversions' as part,
        case when is_missed then cells.sessions * in_time.conversion_rate else cells.conversions end
        as conversions_due,
        case when is_missed then cells.sessions * in_time.usd_a_session else cells.revenue_usd end
        as usd_due,
        case when is_fallback and not is_missed then 1 + coalesce(worse, 0) / 2 else 1 end as shared,
        share_lost(is_missed, effect_low) as share_low,
        share_lost(is_missed, effect) as share,
        share_lost(is_missed, effect_high) as share_high,
    from cells
    left join in_time
        on cells.use_case = in_time.use_case and cells.model is not distinct from in_time.model
),

by_quality as (
    select
        * replace (fallback_verdict as verdict, fallback_reason as reason),
        'fallback_quality' as part,
        conversions as conversions_due,
        revenue_usd as usd_due,
        case when is_missed then 1 else 1 + (exp(effect) - 1) / 2 end as shared,
        worse_low as share_low,
        worse as share,
        worse_high as share_high,
    from cells
    where is_fallback and fallback_verdict is not null
),

lost as (
    select * from by_speed
    union all by name
    select * from by_quality
)

select
    use_case,
    part,
    channel,
    environment,
    tier,
    model,
    hour,
    latency_bin,
    is_fallback,
    verdict,
    reason,
    sessions,
    conversions,
    case when latency_bin >= 5 then sessions else 0 end as late,
    conversions_due * shared * share / capture_rate as lost,
    conversions_due * shared * share_low / capture_rate as lost_low,
    conversions_due * shared * share_high / capture_rate as lost_high,
    conversions_due * (shared * share) ** 2 / capture_rate as lost_variance,
    usd_due * shared * share / capture_rate as usd,
    usd_due * shared * share_low / capture_rate as usd_low,
    usd_due * shared * share_high / capture_rate as usd_high,
    revenue_usd_squared * (shared * share / capture_rate) ** 2 as usd_variance,
from lost
