-- Which step owns the change of the slow answers against the period of equal length before: the one that moved most in the direction in which
-- they moved. Slow are those around the 95th percentile, or the slower half where requests are few.
-- grain: use_case, metric
-- use_case        as in requests
-- metric          perceived or response, as in where_time_goes
-- band            p95-99 or p50-95, as in where_time_goes
-- n               requests in the band [count]
-- n_before        requests in the band in the period before [count]
-- ms_change       how much longer they take on average [ms]
-- step            the step, as in critical_path
-- step_ms         mean time in it [ms]
-- step_ms_change  how much longer that is than before, as ms_change above or below zero [ms]
-- parameters: from_at := now() - interval 7 day, to_at := now(), use_case_list := null::varchar[]
with slow as (
    select *, sum(ms_change) over band as band_change
    from where_time_goes_compared(from_at, to_at, use_case_list, null, null, null)
    where band in ('p95-99', 'p50-95') and n > 0 and n_before > 0
    window band as (partition by use_case, metric, band)
    qualify dense_rank() over (partition by use_case, metric order by band desc) = 1
)

select
    use_case,
    metric,
    any_value(band) as band,
    any_value(n) as n,
    any_value(n_before) as n_before,
    any_value(band_change) as ms_change,
    arg_max(step, ms_change * sign(band_change)) as step,
    arg_max(ms, ms_change * sign(band_change)) as step_ms,
    arg_max(ms_change, ms_change * sign(band_change)) as step_ms_change,
from slow
where band_change != 0
group by use_case, metric
