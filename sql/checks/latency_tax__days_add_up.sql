-- The losses of the days add up to that of the whole period, and so does what they rest on.
with days as (
    select
        use_case,
        part,
        sum(lost_conversions) as lost_conversions,
        sum(usd) as usd,
        sum(n) as n,
    from latency_tax
    group by use_case, part
)

select
    days.*,
    whole.lost_conversions as lost_in_period,
    whole.usd as usd_in_period,
    whole.n as n_in_period,
from days
inner join latency_tax_period('-infinity'::timestamptz, 'infinity'::timestamptz) as whole
    using (use_case, part)
where
    days.n <> whole.n
    or abs(days.lost_conversions - whole.lost_conversions) > 1e-6 * (1 + abs(whole.lost_conversions))
    or abs(days.usd - whole.usd) > 1e-6 * (1 + abs(whole.usd))
