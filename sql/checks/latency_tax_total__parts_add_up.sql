-- The parts of the total add up to all of it, as do the use cases; nothing of the benchmarks is in what is measured.
with cases as (
    select
        case when source = 'benchmark' then 'benchmark' else 'measured' end as basis,
        part,
        usd,
        lost_conversions,
    from latency_tax_period('-infinity'::timestamptz, 'infinity'::timestamptz)
),

added as (
    select basis, part, sum(usd) as usd, sum(lost_conversions) as lost_conversions
    from cases
    group by all
    union all
    select basis, 'all', sum(usd), sum(lost_conversions)
    from cases
    group by all
)

select
    total.basis,
    total.part,
    total.usd,
    added.usd as usd_added,
    total.lost_conversions,
    added.lost_conversions as lost_added,
from latency_tax_total('-infinity'::timestamptz, 'infinity'::timestamptz) as total
left join added using (basis, part)
where
    coalesce(abs(total.usd - added.usd) > 1e-6 * (1 + abs(added.usd)), total.usd is not null)
    or coalesce(
        abs(total.lost_conversions - added.lost_conversions) > 1e-6 * (1 + abs(added.lost_conversions)),
        total.lost_conversions is not null
    )
    or total.usd not between total.usd_low - 1e-6 and total.usd_high + 1e-6
    or (total.basis = 'measured') <> (total.verdict in ('measured', 'blended'))
