-- The buckets of a period add up to what is measured of it.
with trend as (
    select sum(usd) as usd
    from latency_tax_trend('2020-01-01'::timestamptz, '2100-01-01'::timestamptz, 604800)
),

total as (
    select sum(usd) as usd
    from latency_tax_total('2020-01-01'::timestamptz, '2100-01-01'::timestamptz)
    where basis = 'measured' and part = 'all'
)

select
    trend.usd,
    total.usd as usd_of_total,
from trend
cross join total
where coalesce(abs(trend.usd - total.usd) > 1e-6 * (1 + abs(total.usd)), trend.usd is distinct from total.usd)
