-- Conversion by latency, as recorded and as the fit has it. The recorded rate mixes what slowness does with who is slow: it is not the tax.
-- grain: use_case, latency_bin
-- use_case         as in use_cases
-- latency_bin      as in tax_cells
-- from_ms          waits above this [ms]
-- to_ms            up to this; null for the last [ms]
-- is_late          whether it lies over the budget
-- sessions         sessions [count]
-- conversions      conversions that followed them [count]
-- conversion_rate  conversions / sessions [0..1]
-- rate_low         lower end of its 90 % interval (Jeffreys) [0..1]
-- rate_high        upper end of its 90 % interval (Jeffreys) [0..1]
-- fitted           the rate of the sessions in time, less what the fit says slowness takes at this latency [0..1]
-- fitted_low       with the upper end of the loss [0..1]
-- fitted_high      with the lower end of the loss [0..1]
-- verdict          of the fit: the fitted rates of insufficient_data and not_identifiable are the benchmarks'
with bins as (
    select
        use_case,
        latency_bin,
        any_value(budget_ms) as budget_ms,
        sum(sessions)::bigint as sessions,
        sum(conversions)::bigint as conversions,
    from lake.tax_cells
    group by use_case, latency_bin
),

in_time as (
    select
        use_case,
        sum(conversions) / sum(sessions) as conversion_rate,
    from bins
    where latency_bin < 5
    group by use_case
),

edges as (
    select [0, 0.25, 0.4, 0.6, 0.8, 1, 1.1, 1.25, 1.5, 2, 2.5, 3, 4, 6, 10, 20] as of_budget
)

select
    bins.use_case,
    bins.latency_bin,
    edges.of_budget[bins.latency_bin + 1]::double * bins.budget_ms as from_ms,
    edges.of_budget[bins.latency_bin + 2]::double * bins.budget_ms as to_ms,
    bins.latency_bin >= 5 as is_late,
    bins.sessions,
    bins.conversions,
    bins.conversions / bins.sessions as conversion_rate,
    compliance_low(least(bins.conversions, bins.sessions), bins.sessions) as rate_low,
    compliance_high(least(bins.conversions, bins.sessions), bins.sessions) as rate_high,
    in_time.conversion_rate * exp(-tax_fits.effects[bins.latency_bin + 1]) as fitted,
    in_time.conversion_rate * exp(-tax_fits.effects_high[bins.latency_bin + 1]) as fitted_low,
    in_time.conversion_rate * exp(-tax_fits.effects_low[bins.latency_bin + 1]) as fitted_high,
    tax_fits.verdict,
from bins
cross join edges
left join in_time on bins.use_case = in_time.use_case
left join tax_fits on bins.use_case = tax_fits.use_case
