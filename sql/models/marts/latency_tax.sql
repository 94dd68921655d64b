-- The latency tax by use case, UTC day and part, with its 90 % interval. The middles of days add up to that of a period, their intervals do not:
-- for a period ask latency_tax_period(from_at, to_at).
-- grain: use_case, day, part
-- use_case          as in use_cases
-- day               UTC day on which the sessions began
-- part              lost_conversions: what did not come because answers were late; fallback_quality: because lower-quality fallbacks gave them
-- lost_conversions  conversions lost, middle; null when there is no conversion to lose, or nothing to say of fallbacks [count]
-- lost_low          lower end of the 90 % interval [count]
-- lost_high         upper end of the 90 % interval [count]
-- usd               worth lost, middle; null when no worth is known [USD]
-- usd_low           lower end of the 90 % interval [USD]
-- usd_high          upper end of the 90 % interval [USD]
-- verdict           measured, blended, insufficient_data or not_identifiable: the last two are the benchmarks' range
-- n                 conversions recorded that day, of sessions that the part is about [count]
-- source            data, or benchmark: sums of the two are never added; null of fallbacks that the data does not tell of: there are no benchmarks of them
-- reason            why this verdict, for people
with summed as (
    select
        use_case,
        part,
        hour::date as day,
        any_value(verdict) as verdict,
        any_value(reason) as reason,
        sum(conversions)::bigint as n,
        sum(lost) as lost_conversions,
        end_low(sum(lost), sum(lost_low), sum(lost_variance)) as lost_low,
        end_high(sum(lost), sum(lost_high), sum(lost_variance)) as lost_high,
        sum(usd) as usd,
        end_low(sum(usd), sum(usd_low), sum(usd_variance)) as usd_low,
        end_high(sum(usd), sum(usd_high), sum(usd_variance)) as usd_high,
    from tax_losses('-infinity'::timestamptz, 'infinity'::timestamptz)
    group by all
)

select
    use_case,
    day,
    part,
    case when n > 0 then lost_conversions end as lost_conversions,
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
from summed
