-- The latency tax of a period over all use cases with its 90 % interval: what is measured (data and accounting) apart from what the benchmarks say; the two are
-- never added. Fits of different use cases are independent, so their arms add in quadrature; parts of one use case come of one fit, so theirs just add.
-- grain: basis, part
-- basis             measured: from your data, or paid; benchmark: the range that others found, applied to your traffic
-- part              lost_conversions, fallback_quality or speed_premium; all: together
-- use_cases         use cases with a figure [count]
-- without_usd       of them those whose conversions have no known worth: they are not in usd [count]
-- usd               worth lost or paid, middle; null when no worth is known [USD]
-- usd_low           lower end of the 90 % interval [USD]
-- usd_high          upper end of the 90 % interval [USD]
-- lost_conversions  conversions lost, middle [count]
-- lost_low          lower end of the 90 % interval [count]
-- lost_high         upper end of the 90 % interval [count]
-- n                 conversions that it rests on; calls for speed_premium [count]
-- sessions          sessions with a known wait [count]
-- unpriced          calls of speed_premium without a known price: not in usd [count]
-- verdict           the most doubtful of its use cases: measured, blended, insufficient_data or not_identifiable
-- is_tax_shown      whether the interval excludes zero, of USD where known; never for benchmark
-- parameters: from_at, to_at, use_case_list := null::varchar[], channel_list := null::varchar[], tier_list := null::varchar[], environment_list := null::varchar[]
with parts as (
    select
        *,
        case when source = 'benchmark' then 'benchmark' else 'measured' end as basis,
        list_position(['measured', 'blended', 'insufficient_data', 'not_identifiable'], verdict) as doubt,
    from latency_tax_period(
        from_at, to_at, use_case_list, channel_list, tier_list, environment_list
    )
    where source is not null and (lost_conversions is not null or usd is not null or unpriced > 0)
),

use_case_parts as (
    select
        basis,
        use_case,
        part,
        usd,
        usd_low,
        usd_high,
        lost_conversions,
        lost_low,
        lost_high,
        n,
        sessions,
        unpriced,
        doubt,
    from parts
    union all
    select
        basis,
        use_case,
        'all' as part,
        sum(usd),
        sum(usd_low),
        sum(usd_high),
        sum(lost_conversions),
        sum(lost_low),
        sum(lost_high),
        max(n) filter (where part = 'lost_conversions'),
        max(sessions),
        sum(unpriced),
        max(doubt),
    from parts
    group by basis, use_case
)

select
    basis,
    part,
    count(*) as use_cases,
    count(*) - count(usd) as without_usd,
    sum(usd) as usd,
    together_low(usd, usd_low) as usd_low,
    together_high(usd, usd_high) as usd_high,
    sum(lost_conversions) as lost_conversions,
    together_low(lost_conversions, lost_low) as lost_low,
    together_high(lost_conversions, lost_high) as lost_high,
    sum(n)::bigint as n,
    sum(sessions)::bigint as sessions,
    sum(unpriced)::bigint as unpriced,
    ['measured', 'blended', 'insufficient_data', 'not_identifiable'][max(doubt)] as verdict,
    basis = 'measured' and coalesce(
        together_low(usd, usd_low) > 0 or together_high(usd, usd_high) < 0,
        together_low(lost_conversions, lost_low) > 0 or together_high(lost_conversions, lost_high) < 0,
        false
    ) as is_tax_shown,
from use_case_parts
group by basis, part
