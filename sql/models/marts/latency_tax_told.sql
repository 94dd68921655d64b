-- What a digest says of the latency tax: of each use case and of all together, in any currency, against the period before. Sums, intervals and the
-- change are those of latency_tax_total, latency_tax_period and latency_tax_compared; where there is only a benchmark's range there is no figure.
-- grain: use_case
-- use_case      as in use_cases; null is all together
-- title         the use case, for people; null for all together
-- measured      use cases whose lost conversions are measured or blended, with a worth [count]
-- left_out      use cases with conversions of which they are not [count]
-- usd           worth lost or paid, middle; null when nothing is measured [USD]
-- money         the same in another currency, at per_usd
-- money_low     lower end of its 90 % interval
-- money_high    upper end of its 90 % interval
-- is_tax_shown  whether the interval excludes zero; null when nothing is measured
-- usd_before    worth lost or paid in the period before; null for a single use case, or where there is nothing to compare with [USD]
-- change_ratio  change over usd_before; null unless both periods lie above zero [-1..]
-- change        more, less or unclear; null as usd_before
-- reason        why this verdict, for people; null for all together
-- parameters: from_at := now() - interval 7 day, to_at := now(), use_case_list := null::varchar[], per_usd := 1.0
with of_cases as (
    select
        use_case,
        count(*) filter (
            where part = 'lost_conversions' and source = 'data' and usd is not null
        ) as measured,
        count(*) filter (where part = 'lost_conversions' and n > 0) - measured as left_out,
        sum(usd) filter (where source <> 'benchmark') as usd,
        sum(usd_low) filter (where source <> 'benchmark') as usd_low,
        sum(usd_high) filter (where source <> 'benchmark') as usd_high,
        any_value(reason) filter (where part = 'lost_conversions') as reason,
    from latency_tax_period(from_at, to_at, use_case_list)
    group by use_case
    having measured + left_out > 0
),

counts as (
    select coalesce(sum(measured), 0) as measured, coalesce(sum(left_out), 0) as left_out
    from of_cases
),

total as (
    select usd, usd_low, usd_high
    from latency_tax_total(from_at, to_at, use_case_list)
    where basis = 'measured' and part = 'all'
),

told as (
    select
        use_case,
        measured,
        left_out,
        usd,
        usd_low,
        usd_high,
        null as usd_before,
        null as usd_change,
        null as change,
        reason,
    from of_cases
    union all
    select
        null,
        counts.measured,
        counts.left_out,
        total.usd,
        total.usd_low,
        total.usd_high,
        compared.usd_before,
        compared.usd_change,
        compared.change,
        null,
    from counts
    left join total on counts.measured > 0
    left join latency_tax_compared(from_at, to_at, use_case_list) as compared on counts.measured > 0
)

select
    told.use_case,
    use_cases.title,
    told.measured::bigint as measured,
    told.left_out::bigint as left_out,
    case when told.measured > 0 then told.usd end as usd,
    case when told.measured > 0 then told.usd * per_usd end as money,
    case when told.measured > 0 then told.usd_low * per_usd end as money_low,
    case when told.measured > 0 then told.usd_high * per_usd end as money_high,
    case when told.measured > 0 then told.usd_low > 0 or told.usd_high < 0 end as is_tax_shown,
    told.usd_before,
    case when told.usd > 0 and told.usd_before > 0 then told.usd_change / told.usd_before end as change_ratio,
    told.change,
    told.reason,
from told
left join use_cases on told.use_case = use_cases.name
