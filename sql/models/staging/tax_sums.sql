-- The latency tax by use case, part and time bucket, with 90 % intervals: each of its own bucket, so middles add up and ends do not.
-- Without a width, one bucket of the whole period. Null where there is no conversion to lose.
-- grain: use_case, part, bucket_at
-- use_case          as in use_cases
-- part              as in tax_parts
-- bucket_at         start of the bucket; null without a width [UTC]
-- verdict           as in tax_parts
-- reason            as in tax_parts
-- source            as in tax_parts
-- n                 as in tax_parts [count]
-- sessions          sessions with a known wait [count]
-- late_ratio        share of sessions over the budget [0..1]
-- unpriced          as in tax_parts [count]
-- lost_conversions  conversions lost, middle [count]
-- lost_low          lower end of the 90 % interval [count]
-- lost_high         upper end of the 90 % interval [count]
-- usd               worth lost or paid, middle; null when not known [USD]
-- usd_low           lower end of the 90 % interval [USD]
-- usd_high          upper end of the 90 % interval [USD]
-- parameters: from_at, to_at, bucket_seconds, bucket_origin, use_case_list, channel_list, tier_list, environment_list
with summed as (
    select
        use_case,
        part,
        time_bucket(to_seconds(bucket_seconds), hour, bucket_origin::timestamptz) as bucket_at,
        any_value(verdict) as verdict,
        any_value(reason) as reason,
        any_value(source) as source,
        sum(n)::bigint as n,
        sum(n) > 0 or coalesce(sum(lost), 0) <> 0 as is_known,
        sum(sessions)::bigint as sessions,
        sum(late) / sum(sessions) as late_ratio,
        sum(unpriced)::bigint as unpriced,
        sum(lost) as lost,
        sum(lost_low) as lost_low,
        sum(lost_high) as lost_high,
        sum(lost_variance) as lost_variance,
        sum(usd) as usd,
        sum(usd_low) as usd_low,
        sum(usd_high) as usd_high,
        sum(usd_variance) as usd_variance,
    from tax_parts(from_at, to_at, use_case_list, channel_list, tier_list, environment_list)
    group by all
)

select
    use_case,
    part,
    bucket_at,
    verdict,
    reason,
    source,
    n,
    sessions,
    late_ratio,
    unpriced,
    case when is_known then lost end as lost_conversions,
    case when is_known then end_low(lost, lost_low, lost_variance) end as lost_low,
    case when is_known then end_high(lost, lost_high, lost_variance) end as lost_high,
    case when is_known then usd end as usd,
    case when is_known then end_low(usd, usd_low, usd_variance) end as usd_low,
    case when is_known then end_high(usd, usd_high, usd_variance) end as usd_high,
from summed
