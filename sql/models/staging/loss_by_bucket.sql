-- What share of the conversions due is lost at each latency over the budget, by the curve of the newest fit: where the fit is of your own
-- data. A bin's effect stands at the mean wait of its sessions; between two of them lies a straight line, before the first and after the
-- last it stays. Where a bucket is missing, nothing is lost.
-- grain: use_case, bucket
-- use_case   as in use_cases
-- bucket     as in latency_sketch
-- lost_low   lower end of the curve [0..1]
-- lost       middle [0..1]
-- lost_high  upper end of the curve [0..1]
with bins as (
    select
        use_case,
        budget_ms,
        unnest(range(5, len(effects))) as latency_bin,
        effects_low[latency_bin + 1] as effect_low,
        effects[latency_bin + 1] as effect,
        effects_high[latency_bin + 1] as effect_high,
    from tax_fits
    where verdict in ('measured', 'blended')
),

doses as (
    select use_case, latency_bin, sum(dose) / sum(sessions) as dose
    from lake.tax_cells
    group by use_case, latency_bin
),

points as (
    select
        bins.*,
        bins.budget_ms + coalesce(
            100 * doses.dose, least(bin_from_ms(bins.latency_bin, bins.budget_ms) - bins.budget_ms, 6000)
        ) as at_ms,
    from bins
    left join doses on bins.use_case = doses.use_case and bins.latency_bin = doses.latency_bin
    union all
    select bins.*, bins.budget_ms as at_ms
    from bins
    where bins.latency_bin = 5
),

lines as (
    select
        *,
        lead(at_ms) over along as next_ms,
        lead(effect_low) over along as next_low,
        lead(effect) over along as next_effect,
        lead(effect_high) over along as next_high,
    from points
    window along as (partition by use_case order by at_ms, latency_bin)
),

buckets as (
    select unnest(range(1, 1100))::smallint as bucket, bucket_ms(bucket) as ms
),

along_lines as (
    select
        lines.*,
        buckets.bucket,
        coalesce((buckets.ms - lines.at_ms) / (lines.next_ms - lines.at_ms), 0) as way,
    from lines
    inner join buckets
        on
            lines.budget_ms < buckets.ms
            and lines.at_ms <= buckets.ms
            and buckets.ms < coalesce(lines.next_ms, 'infinity'::double)
)

select
    use_case,
    bucket,
    1 - exp(-(effect_low + way * (coalesce(next_low, effect_low) - effect_low))) as lost_low,
    1 - exp(-(effect + way * (coalesce(next_effect, effect) - effect))) as lost,
    1 - exp(-(effect_high + way * (coalesce(next_high, effect_high) - effect_high))) as lost_high,
from along_lines
