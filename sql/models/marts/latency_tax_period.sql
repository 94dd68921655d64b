-- The latency tax of a period with its 90 % interval: what slowness cost each use case. Negative where slower did better. Whole hours (see tax_losses). A null list lets all through.
-- grain: use_case, part
-- use_case          as in use_cases
-- part              lost_conversions: what did not come because answers were late; fallback_quality: because lower-quality fallbacks gave them; speed_premium: what was paid to be fast
-- lost_conversions  conversions lost, middle; null when there is no conversion to lose, or nothing to say of fallbacks [count]
-- lost_low          lower end of the 90 % interval [count]
-- lost_high         upper end of the 90 % interval [count]
-- usd               worth lost or paid, middle; null when not known [USD]
-- usd_low           lower end of the 90 % interval [USD]
-- usd_high          upper end of the 90 % interval [USD]
-- verdict           measured or blended: from your data; insufficient_data or not_identifiable: the benchmarks' range, not your data
-- n                 conversions recorded in the period, of sessions that the part is about; calls for speed_premium [count]
-- source            data, accounting (paid, not estimated), or benchmark, which is never added to the others; null of fallbacks that the data does not tell of: there are no benchmarks of them
-- reason            why this verdict, for people
-- is_tax_shown      whether the interval excludes zero
-- sessions          sessions with a known wait; of fallback_quality those that a fallback answered [count]
-- late_ratio        share of them over the budget [0..1]
-- unpriced          of n, calls of speed_premium without a known price: not in usd [count]
-- parameters: from_at, to_at, use_case_list := null::varchar[], channel_list := null::varchar[], tier_list := null::varchar[], environment_list := null::varchar[]
select
    use_case,
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
    case source
        when 'data' then lost_low > 0 or lost_high < 0
        when 'accounting' then usd <> 0
        else false
    end as is_tax_shown,
    sessions,
    late_ratio,
    unpriced,
from tax_sums(
    from_at, to_at, null::bigint, null, use_case_list, channel_list, tier_list, environment_list
)
