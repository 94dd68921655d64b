-- What the newest fit of each use case rests on, each piece of evidence by itself with its 90 % interval: relative loss for each 100 ms over the budget (of a deadline: for
-- being late at all). Evidence that is not there has no row.
-- grain: use_case, evidence
-- use_case   as in use_cases
-- evidence   within_hour: sessions of the same model and hour; provider: hours in which one model was slow; experiment: randomised delays; benchmark: what others found; result: together, or the benchmarks alone where the verdict refuses
-- position   1 is shown first
-- loss       middle
-- loss_low   lower end of the 90 % interval; of within_hour with what confounding may add
-- loss_high  upper end of the 90 % interval
with pieces as (
    select
        use_case,
        'within_hour' as evidence,
        1 as "position",
        within_hour as loss,
        1.6448536269514722 * sqrt(within_hour_se ** 2 + coalesce(confounding, 0) ** 2) as arm,
    from tax_fits
    union all
    select use_case, 'provider', 2, provider, 1.6448536269514722 * provider_se
    from tax_fits
    union all
    select use_case, 'experiment', 3, experiment, 1.6448536269514722 * experiment_se
    from tax_fits
)

select
    use_case,
    evidence,
    "position",
    loss,
    loss - arm as loss_low,
    loss + arm as loss_high,
from pieces
where loss is not null
union all
select use_case, 'benchmark', 4, benchmark, benchmark_low, benchmark_high
from tax_fits
union all
select use_case, 'result', 5, slope, slope_low, slope_high
from tax_fits
order by use_case, "position"
