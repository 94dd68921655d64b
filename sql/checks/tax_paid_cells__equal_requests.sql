-- What is counted as paid on a day is what its requests paid, unless one of them is still to be counted.
with counted as (
    select hour::date as day, sum(calls) as calls, sum(usd) as usd
    from lake.tax_paid_cells
    group by day
),

paid as (
    select hour::date as day, sum(calls) as calls, sum(usd) as usd
    from speed_costs
    where use_case is not null
    group by day
),

uncounted as (
    select distinct started_at::date as day
    from lake.requests
    where snapshot_id > (select coalesce(max(through_snapshot), -1) from lake.tax_counted)
)

select
    coalesce(counted.day, paid.day) as day,
    counted.calls,
    paid.calls as calls_paid,
    counted.usd,
    paid.usd as usd_paid,
from counted
full join paid on counted.day = paid.day
where
    (
        counted.calls is distinct from paid.calls
        or abs(coalesce(counted.usd, 0) - coalesce(paid.usd, 0)) > 1e-6 * (1 + abs(coalesce(paid.usd, 0)))
    )
    and coalesce(counted.day, paid.day) not in (select day from uncounted)
    and coalesce(counted.day, paid.day) >= greatest(kept_from('requests'), kept_from('rollups'))::date
