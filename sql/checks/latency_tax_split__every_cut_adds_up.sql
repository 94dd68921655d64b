-- Tiers add up to the use case, steps to the use case and to the tier, and use cases to the total.
with split as (
    from latency_tax_split('-infinity'::timestamptz, 'infinity'::timestamptz)
),

wholes as (
    select basis, 'total' as cut, null as whole, null as part_of_it, usd, lost_conversions as lost
    from latency_tax_total('-infinity'::timestamptz, 'infinity'::timestamptz)
    where part = 'all'
    union all
    select basis, 'tiers', use_case, 'all', usd, lost
    from split
    where tier = 'all' and step = 'all'
    union all
    select basis, 'steps', use_case, 'all', usd, lost
    from split
    where tier = 'all' and step = 'all'
    union all
    select basis, 'steps of a tier', use_case, tier, usd, lost
    from split
    where tier <> 'all' and step = 'all'
    union all
    select basis, 'tiers of a step', use_case, step, usd, lost
    from split
    where tier = 'all' and step <> 'all'
),

pieces as (
    select basis, 'total' as cut, null as whole, null as part_of_it, sum(usd) as usd, sum(lost) as lost
    from split
    where tier = 'all' and step = 'all'
    group by all
    union all
    select basis, 'tiers', use_case, 'all', sum(usd), sum(lost)
    from split
    where tier <> 'all' and step = 'all'
    group by all
    union all
    select basis, 'steps', use_case, 'all', sum(usd), sum(lost)
    from split
    where tier = 'all' and step <> 'all'
    group by all
    union all
    select basis, 'steps of a tier', use_case, tier, sum(usd), sum(lost)
    from split
    where tier <> 'all' and step <> 'all'
    group by all
    union all
    select basis, 'tiers of a step', use_case, step, sum(usd), sum(lost)
    from split
    where tier <> 'all' and step <> 'all'
    group by all
)

select
    wholes.*,
    pieces.usd as usd_of_pieces,
    pieces.lost as lost_of_pieces,
from wholes
left join pieces
    on
        wholes.basis = pieces.basis
        and wholes.cut = pieces.cut
        and wholes.whole is not distinct from pieces.whole
        and wholes.part_of_it is not distinct from pieces.part_of_it
where
    abs(coalesce(wholes.usd, 0) - coalesce(pieces.usd, 0)) > 1e-6 * (1 + abs(coalesce(wholes.usd, 0)))
    or abs(coalesce(wholes.lost, 0) - coalesce(pieces.lost, 0)) > 1e-6 * (1 + abs(coalesce(wholes.lost, 0)))
