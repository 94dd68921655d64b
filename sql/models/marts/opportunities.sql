-- What each lever would give each use case, in the first order: on the requests of a period, with the levers as shipped. Milliseconds
-- are of what the use case's budget looks at; savings of several levers do not add up. By default over the last 28 days.
-- grain: use_case, lever
-- use_case           as in requests
-- lever              as in levers
-- applies            yes, no or unknown
-- n                  requests it applies to, of those that finished well [count]
-- requests           requests of the use case that count [count]
-- metric             what the budget looks at: first_token, perceived or response
-- saved_ms           mean saving of a request that it applies to [ms]
-- saved_p50_ms       by how much the median of the use case falls [ms]
-- saved_p95_ms       by how much the 95th percentile falls [ms]
-- compliance_before  share of requests within the budget [0..1]
-- compliance_after   the same with the lever [0..1]
-- compliance_gain    their difference [-1..1]
-- usd_week           what that is worth in a week; null while nothing tells [USD]
-- usd_week_low       lower end of its interval [USD]
-- usd_week_high      upper end of its interval [USD]
-- verdict            saves, slower, hardly (less than 1 % of the 95th percentile and of the median), too_few (fewer than 30 requests), does_not_apply or unknown
-- assumptions        what the figures rest on, or why there are none
-- parameters: from_at := now() - interval 28 day, to_at := now(), use_case_list := null::varchar[], channel_list := null::varchar[], tier_list := null::varchar[], environment_list := null::varchar[]
with budgets as (
    select use_case, metric, threshold_ms
    from objectives
    where "position" = 1 and is_chosen(use_case_list, use_case)
),

savings as (
    select
        savings.use_case,
        savings.lever,
        savings.saved_ms is not null and savings.perceived_saved_ms is not null as is_known,
        case budgets.metric when 'response' then savings.saved_ms else savings.perceived_saved_ms end
            as saved_ms,
        latency_of(budgets.metric, savings.ttft_ms, savings.perceived_ms, savings.duration_ms) as before_ms,
        case savings.lever when 'stream' then coalesce(before_ms, savings.perceived_ms) else before_ms end
            as from_ms,
        case when from_ms < saved_ms then 0 else from_ms - saved_ms end as after_ms,
        budgets.threshold_ms,
    from request_savings(
        from_at, to_at, use_case_list, channel_list, tier_list, environment_list, null
    ) as savings
    inner join budgets on savings.use_case = budgets.use_case
),

moved as (
    select
        use_case,
        lever,
        latency_bucket(before_ms) as from_bucket,
        latency_bucket(after_ms) as to_bucket,
        before_ms is null as is_new,
        after_ms is not null as is_counted,
        is_known,
        count(*) as n,
        sum(saved_ms) as saved_ms,
        count_if(after_ms <= threshold_ms) as good_after,
        count_if(before_ms <= threshold_ms) as good_before,
    from savings
    group by all
),

totals as (
    select
        use_case,
        lever,
        coalesce(sum(n) filter (where is_known), 0) as n,
        coalesce(sum(n) filter (where not is_known), 0) as doubts,
        sum(saved_ms) / sum(n) filter (where is_known) as saved_ms,
        sum(good_after - good_before) filter (where is_known) as more_good,
        sum(n) filter (where is_known and is_new and is_counted) as more_counted,
    from moved
    group by use_case, lever
),

doubts as (
    select use_case, lever, sum(n) as n
    from lake.lever_doubts
    where
        hour >= hour_of(from_at)
        and hour < to_at
        and is_chosen(use_case_list, use_case)
        and is_chosen(channel_list, channel)
        and is_chosen(tier_list, tier)
        and is_chosen(environment_list, environment)
    group by use_case, lever
),

buckets as (
    select buckets.use_case, levers.lever, buckets.bucket, buckets.n as before, buckets.n as after
    from latency_buckets(from_at, to_at, use_case_list, channel_list, tier_list, environment_list) as buckets
    inner join budgets on buckets.use_case = budgets.use_case and buckets.metric = budgets.metric
    cross join levers
    union all
    select use_case, lever, from_bucket, 0, -n
    from moved
    where is_known and not is_new
    union all
    select use_case, lever, to_bucket, 0, n
    from moved
    where is_known and is_counted
),

cumulated as (
    select
        use_case,
        lever,
        bucket_ms(bucket) as ms,
        sum(sum(before)) over so_far as before_up_to,
        sum(sum(before)) over (partition by use_case, lever) as before_total,
        sum(sum(after)) over so_far as after_up_to,
        sum(sum(after)) over (partition by use_case, lever) as after_total,
    from buckets
    group by use_case, lever, bucket
    window so_far as (partition by use_case, lever order by bucket nulls first)
),

percentiles as (
    select
        use_case,
        lever,
        min(ms) filter (where before_up_to >= 0.50 * (before_total - 1) + 1) as p50_before,
        min(ms) filter (where after_up_to >= 0.50 * (after_total - 1) + 1) as p50_after,
        min(ms) filter (where before_up_to >= 0.95 * (before_total - 1) + 1) as p95_before,
        min(ms) filter (where after_up_to >= 0.95 * (after_total - 1) + 1) as p95_after,
    from cumulated
    group by use_case, lever
),

counts as (
    select use_case, sum(good) as good, sum(total) as total, sum(unknown) as unknown
    from slo_events(from_at, to_at, use_case_list, channel_list, tier_list, environment_list)
    where "position" = 1 and is_in_period
    group by use_case
),

compared as (
    select
        budgets.use_case,
        levers.lever,
        case
            when totals.n > 0 then 'yes'
            when totals.doubts > 0 or doubts.n > 0 then 'unknown'
            else 'no'
        end as applies,
        coalesce(totals.n, 0) as n,
        counts.total + counts.unknown as requests,
        budgets.metric,
        totals.saved_ms,
        percentiles.p50_before,
        percentiles.p50_before - percentiles.p50_after as saved_p50_ms,
        percentiles.p95_before,
        percentiles.p95_before - percentiles.p95_after as saved_p95_ms,
        counts.good / nullif(counts.total, 0) as compliance_before,
        (counts.good + coalesce(totals.more_good, 0))
        / nullif(counts.total + coalesce(totals.more_counted, 0), 0) as compliance_after,
        levers.assumptions,
        levers."no",
        levers."unknown",
    from budgets
    cross join levers
    inner join counts on budgets.use_case = counts.use_case
    left join totals on budgets.use_case = totals.use_case and levers.lever = totals.lever
    left join doubts on budgets.use_case = doubts.use_case and levers.lever = doubts.lever
    left join percentiles on budgets.use_case = percentiles.use_case and levers.lever = percentiles.lever
)

select
    use_case,
    lever,
    applies,
    n,
    requests,
    metric,
    case when applies = 'yes' then saved_ms end as saved_ms,
    case when applies = 'yes' then saved_p50_ms end as saved_p50_ms,
    case when applies = 'yes' then saved_p95_ms end as saved_p95_ms,
    compliance_before,
    case when applies != 'unknown' then compliance_after end as compliance_after,
    case when applies != 'unknown' then compliance_after - compliance_before end as compliance_gain,
    null::double as usd_week,
    null::double as usd_week_low,
    null::double as usd_week_high,
    case
        when applies = 'no' then 'does_not_apply'
        when applies = 'unknown' then 'unknown'
        when n < 30 then 'too_few'
        when saved_ms < 0 then 'slower'
        when saved_p95_ms < 0.01 * p95_before and saved_p50_ms < 0.01 * p50_before then 'hardly'
        else 'saves'
    end as verdict,
    case applies when 'yes' then assumptions when 'no' then "no" else "unknown" end as assumptions,
from compared
order by use_case, compliance_gain desc nulls last, saved_p95_ms desc nulls last, lever
