-- The latency tax of a period with its 90 % interval: what slowness cost each use case. Negative where slower did better. Whole hours (see tax_losses).
-- grain: use_case, part
-- use_case          as in use_cases
-- part              lost_conversions: what did not come because answers were late; fallback_quality: because lower-quality fallbacks gave them
-- lost_conversions  conversions lost, middle; null when there is no conversion to lose, or nothing to say of fallbacks [count]
-- lost_low          lower end of the 90 % interval [count]
-- lost_high         upper end of the 90 % interval [count]
-- usd               worth lost, middle; null when no worth is known [USD]
-- usd_low           lower end of the 90 % interval [USD]
-- usd_high          upper end of the 90 % interval [USD]
-- verdict           measured or blended: from your data; insufficient_data or not_identifiable: the benchmarks' range, not your data
-- n                 conversions recorded in the period, of sessions that the part is about [count]
-- source            data, or benchmark: sums of the two are never added; null of fallbacks that the data does not tell of: there are no benchmarks of them
-- reason            why this verdict, for people
-- is_tax_shown      whether the interval excludes zero
-- sessions          sessions with a known wait; of fallback_quality those that a fallback answered [count]
-- late_ratio        share of them over the budget [0..1]
-- parameters: from_at, to_at
with summed as (
    select
        use_case,
        part,
        any_value(verdict) as verdict,
        any_value(reason) as reason,
        sum(conversions)::bigint as n,
        sum(sessions)::bigint as sessions,
        sum(late) / sum(sessions) as late_ratio,
        case when sum(conversions) > 0 then sum(lost) end as lost_conversions,
        end_low(sum(lost), sum(lost_low), sum(lost_variance)) as lost_low,
        end_high(sum(lost), sum(lost_high), sum(lost_variance)) as lost_high,
        sum(usd) as usd,
        end_low(sum(usd), sum(usd_low), sum(usd_variance)) as usd_low,
        end_high(sum(usd), sum(usd_high), sum(usd_variance)) as usd_high,
    from tax_losses(from_at, to_at)
    group by all
)

select
    use_case,
    part,
    lost_conversions,
    case when n > 0 then lost_low end as lost_low,
    case when n > 0 then lost_high end as lost_high,
    case when n > 0 then usd end as usd,
    case when n > 0 then usd_low end as usd_low,
    case when n > 0 then usd_high end as usd_high,
    verdict,
    n,
    case
        when verdict in ('measured', 'blended') then 'data'
        when part = 'lost_conversions' then 'benchmark'
    end as source,
    reason,
    case
        when n > 0 then verdict in ('measured', 'blended') and (lost_low > 0 or lost_high < 0)
    end as is_tax_shown,
    sessions,
    late_ratio,
from summed
