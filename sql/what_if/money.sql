-- What the replayed requests say that levers give back of the latency tax in a week. The share of the tax that they take away is that of a
-- sample: its variance comes to that of the curve and of chance.
-- parameters: $1 use case, $2 and $3 period, $4 channels, $5 tiers, $6 environments; relation replayed (before_ms, after_ms)
with moved as (  -- noqa: ST03
    select $1 as use_case, 'together' as lever, latency_bucket(before_ms) as bucket, 1 as before, 0 as after
    from replayed
    union all
    select $1, 'together', latency_bucket(after_ms), 0, 1
    from replayed
),

money as materialized (
    from money_back('moved', $2, $3, [$1], $4, $5, $6)
),

pairs as (
    select coalesce(was.lost, 0) as lost, coalesce(was.lost, 0) - coalesce(becomes.lost, 0) as gained
    from replayed
    left join loss_by_bucket as was
        on was.use_case = $1 and latency_bucket(replayed.before_ms) = was.bucket
    left join loss_by_bucket as becomes
        on becomes.use_case = $1 and latency_bucket(replayed.after_ms) = becomes.bucket
),

spread as (
    select coalesce(sum((gained - gained_share * lost) ** 2) / nullif(sum(lost) ** 2, 0), 0) as variance
    from pairs
    cross join money
)

select
    usd_week,
    end_low(usd_week, usd_week_low, tax_usd_week ** 2 * variance) as usd_week_low,
    end_high(usd_week, usd_week_high, tax_usd_week ** 2 * variance) as usd_week_high,
    tax_usd_week,
    usd_verdict,
    conversions,
from money
cross join spread
