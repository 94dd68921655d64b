-- The latency tax by use case, UTC day and part, with its 90 % interval. The middles of days add up to that of a period, their intervals do not:
-- for a period ask latency_tax_period(from_at, to_at). A null list lets all through.
-- grain: use_case, day, part
-- use_case          as in use_cases
-- day               UTC day on which the sessions began
-- part              lost_conversions: what did not come because answers were late; fallback_quality: because lower-quality fallbacks gave them; speed_premium: what was paid to be fast
-- lost_conversions  conversions lost, middle; null when there is no conversion to lose, or nothing to say of fallbacks [count]
-- lost_low          lower end of the 90 % interval [count]
-- lost_high         upper end of the 90 % interval [count]
-- usd               worth lost or paid, middle; null when not known [USD]
-- usd_low           lower end of the 90 % interval [USD]
-- usd_high          upper end of the 90 % interval [USD]
-- verdict           measured, blended, insufficient_data or not_identifiable: the last two are the benchmarks' range
-- n                 conversions recorded that day, of sessions that the part is about; calls for speed_premium [count]
-- source            data, accounting (paid, not estimated), or benchmark, which is never added to the others; null of fallbacks that the data does not tell of: there are no benchmarks of them
-- reason            why this verdict, for people
-- parameters: from_at := '-infinity'::timestamptz, to_at := 'infinity'::timestamptz, use_case_list := null::varchar[], channel_list := null::varchar[], tier_list := null::varchar[], environment_list := null::varchar[]
select
    use_case,
    bucket_at::date as day,
    part,
    lost_conversions,
    lost_low,
    lost_high,
    usd,
    usd_low,
    usd_high,
    verdict,
    n,
    source,
    reason,
from tax_sums(
    from_at, to_at, 86400, '2000-01-01', use_case_list, channel_list, tier_list, environment_list
)
