-- The latency tax over time, by bucket of a chosen width of an hour at least, beside the bucket as far into the period of equal length before. Buckets begin with the
-- period and add up to it. Only what is measured (data and accounting). A null list lets all through.
-- grain: bucket_at
-- bucket_at        start of the bucket [UTC]
-- usd              worth lost or paid in it, middle [USD]
-- usd_low          lower end of the 90 % interval [USD]
-- usd_high         upper end of the 90 % interval [USD]
-- n                conversions recorded [count]
-- usd_before       the same in the period before; null when there is nothing [USD]
-- usd_before_low   lower end of its 90 % interval [USD]
-- usd_before_high  upper end of its 90 % interval [USD]
-- parameters: from_at, to_at, bucket_seconds, use_case_list := null::varchar[], channel_list := null::varchar[], tier_list := null::varchar[], environment_list := null::varchar[]
with moved as (
    select
        *,
        bucket_at as as_if_at,
        false as is_before,
    from tax_sums(
        from_at,
        to_at,
        greatest(bucket_seconds, 3600),
        hour_of(from_at),
        use_case_list,
        channel_list,
        tier_list,
        environment_list
    )
    union all by name
    select
        *,
        bucket_at + (hour_of(to_at) - hour_of(from_at)) as as_if_at,
        true as is_before,
    from tax_sums(
        hour_of(from_at) - (hour_of(to_at) - hour_of(from_at)),
        hour_of(from_at),
        greatest(bucket_seconds, 3600),
        hour_of(from_at) - (hour_of(to_at) - hour_of(from_at)),
        use_case_list,
        channel_list,
        tier_list,
        environment_list
    )
),

use_case_buckets as (
    select
        as_if_at,
        is_before,
        use_case,
        sum(usd) as usd,
        sum(usd_low) as usd_low,
        sum(usd_high) as usd_high,
        max(n) filter (where part = 'lost_conversions') as n,
    from moved
    where source <> 'benchmark'
    group by all
),

buckets as (
    select
        as_if_at as bucket_at,
        is_before,
        sum(usd) as usd,
        together_low(usd, usd_low) as usd_low,
        together_high(usd, usd_high) as usd_high,
        sum(n)::bigint as n,
    from use_case_buckets
    group by all
)

select
    bucket_at,
    any_value(usd) filter (where not is_before) as usd,
    any_value(usd_low) filter (where not is_before) as usd_low,
    any_value(usd_high) filter (where not is_before) as usd_high,
    any_value(n) filter (where not is_before) as n,
    any_value(usd) filter (where is_before) as usd_before,
    any_value(usd_low) filter (where is_before) as usd_before_low,
    any_value(usd_high) filter (where is_before) as usd_before_high,
from buckets
group by bucket_at
order by bucket_at
