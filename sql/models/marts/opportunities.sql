-- What each lever would give each use case, in the first order: on the requests of a period, with the levers as shipped. Milliseconds
-- are of what the use case's budget looks at; where no first token is known, of the wait until the answer was seen, as in the latency tax.
-- Savings of several levers do not add up, nor does their money. Of a long period one in `one_in` requests may be looked at
-- (levers_one_in), chosen by when they started; counts are of all then, estimated. By default all of the last 28 days.
-- grain: use_case, lever
-- use_case           as in requests
-- lever              as in levers
-- applies            yes, no or unknown
-- one_in             one in how many requests was looked at; 1 is all [count]
-- n                  requests it applies to, of those that finished well [count]
-- requests           requests of the use case that count [count]
-- metric             what the budget looks at: first_token, perceived or response
-- saved_ms           mean saving of a request that it applies to [ms]
-- saved_p50_ms       by how much the median of the use case falls [ms]
-- saved_p95_ms       by how much the 95th percentile falls [ms]
-- compliance_before  share of requests within the budget [0..1]
-- compliance_after   the same with the lever [0..1]
-- compliance_gain    their difference [-1..1]
-- usd_week           what it gives back of the latency tax in a week, negative where it makes things slower; null while nothing tells [USD]
-- usd_week_low       lower end of its 90 % interval [USD]
-- usd_week_high      upper end of its 90 % interval [USD]
-- usd_verdict        measured or blended; else why there is no money: insufficient_data or not_identifiable (the tax itself is not known), no_conversions, no_worth, or too_few, does_not_apply or unknown (the lever)
-- verdict            saves, slower, hardly (less than 1 % of the 95th percentile and of the median), too_few (fewer than 30 requests), does_not_apply or unknown
-- assumptions        what the figures rest on, or why there are none
-- parameters: from_at := now() - interval 28 day, to_at := now(), use_case_list := null::varchar[], channel_list := null::varchar[], tier_list := null::varchar[], environment_list := null::varchar[], one_in := 1
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
            as spared_ms,
        coalesce(
            latency_of(budgets.metric, savings.ttft_ms, savings.perceived_ms, savings.duration_ms),
            savings.perceived_ms
        ) as before_ms,
        case when before_ms < spared_ms then 0 else before_ms - spared_ms end as after_ms,
        budgets.threshold_ms,
    from request_savings(
        from_at, to_at, use_case_list, channel_list, tier_list, environment_list, null, one_in
    ) as savings
    inner join budgets on savings.use_case = budgets.use_case
),

moved as (
    select
        use_case,
        lever,
        latency_bucket(before_ms) as from_bucket,
        latency_bucket(after_ms) as to_bucket,
        is_known,
        count(*) as looked_at,
        (looked_at * coalesce(one_in, 1))::bigint as n,
        sum(spared_ms) as saved_ms,
        count_if(after_ms <= threshold_ms) as good_after,
        count_if(before_ms <= threshold_ms) as good_before,
    from savings
    group by all
),

totals as (
    select
        use_case,
        lever,
        coalesce(sum(looked_at) filter (where is_known), 0) as looked_at,
        coalesce(sum(n) filter (where is_known), 0) as n,
        coalesce(sum(n) filter (where not is_known), 0) as doubts,
        sum(saved_ms) / sum(looked_at) filter (where is_known) as saved_ms,
        sum(good_after - good_before) filter (where is_known) * coalesce(one_in, 1) as more_good,
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

seen_late as (
    select
        requests.use_case,
        latency_bucket(requests.perceived_ms) as bucket,
        count(*) as n,
        count_if(requests.perceived_ms <= budgets.threshold_ms) as good,
    from lake.requests as requests
    inner join budgets on requests.use_case = budgets.use_case and budgets.metric = 'first_token'
    where
        requests.ttft_ms is null
        and requests.outcome = 'ok'
        and requests.started_at >= from_at
        and requests.started_at < to_at
        and is_chosen(channel_list, requests.channel)
        and is_chosen(tier_list, requests.tier)
        and is_chosen(environment_list, requests.environment)
    group by all
),

served as (
    select buckets.use_case, buckets.bucket, buckets.n
    from latency_buckets(from_at, to_at, use_case_list, channel_list, tier_list, environment_list) as buckets
    inner join budgets on buckets.use_case = budgets.use_case and buckets.metric = budgets.metric
    union all
    select use_case, bucket, n
    from seen_late
),

buckets as (
    select served.use_case, levers.lever, served.bucket, served.n as before, served.n as after
    from served
    cross join levers
    union all
    select use_case, lever, from_bucket, 0, -n
    from moved
    where is_known
    union all
    select use_case, lever, to_bucket, 0, n
    from moved
    where is_known
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

judged as (
    select use_case, good, total
    from slo_events(from_at, to_at, use_case_list, channel_list, tier_list, environment_list)
    where "position" = 1 and is_in_period
    union all
    select use_case, good, n
    from seen_late
),

counts as (
    select use_case, sum(good) as good, sum(total) as total
    from judged
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
        coalesce(totals.looked_at, 0) as looked_at,
        least(coalesce(totals.n, 0), counts.total)::bigint as n,
        counts.total as requests,
        budgets.metric,
        totals.saved_ms,
        percentiles.p50_before,
        percentiles.p50_before - percentiles.p50_after as saved_p50_ms,
        percentiles.p95_before,
        percentiles.p95_before - percentiles.p95_after as saved_p95_ms,
        counts.good / nullif(counts.total, 0) as compliance_before,
        greatest(0, least(counts.total, counts.good + coalesce(totals.more_good, 0)))
        / nullif(counts.total, 0) as compliance_after,
        money.usd_week,
        money.usd_week_low,
        money.usd_week_high,
        money.usd_verdict,
        levers.assumptions,
        levers."no",
        levers."unknown",
    from budgets
    cross join levers
    inner join counts on budgets.use_case = counts.use_case
    left join totals on budgets.use_case = totals.use_case and levers.lever = totals.lever
    left join doubts on budgets.use_case = doubts.use_case and levers.lever = doubts.lever
    left join percentiles on budgets.use_case = percentiles.use_case and levers.lever = percentiles.lever
    left join money_back(
        'buckets', from_at, to_at, use_case_list, channel_list, tier_list, environment_list
    ) as money on budgets.use_case = money.use_case and levers.lever = money.lever
)

select
    use_case,
    lever,
    applies,
    coalesce(one_in, 1)::bigint as one_in,
    n,
    requests,
    metric,
    case when applies = 'yes' then saved_ms end as saved_ms,
    case when applies = 'yes' then saved_p50_ms end as saved_p50_ms,
    case when applies = 'yes' then saved_p95_ms end as saved_p95_ms,
    compliance_before,
    case when applies != 'unknown' then compliance_after end as compliance_after,
    case when applies != 'unknown' then compliance_after - compliance_before end as compliance_gain,
    case when applies = 'yes' and looked_at >= 30 then usd_week end as usd_week,
    case when applies = 'yes' and looked_at >= 30 then usd_week_low end as usd_week_low,
    case when applies = 'yes' and looked_at >= 30 then usd_week_high end as usd_week_high,
    case
        when applies = 'no' then 'does_not_apply'
        when applies = 'unknown' then 'unknown'
        when looked_at < 30 then 'too_few'
        else usd_verdict
    end as usd_verdict,
    case
        when applies = 'no' then 'does_not_apply'
        when applies = 'unknown' then 'unknown'
        when looked_at < 30 then 'too_few'
        when saved_ms < 0 then 'slower'
        when saved_p95_ms < 0.01 * p95_before and saved_p50_ms < 0.01 * p50_before then 'hardly'
        else 'saves'
    end as verdict,
    case applies when 'yes' then assumptions when 'no' then "no" else "unknown" end as assumptions,
from compared
order by
    use_case, usd_week desc nulls last, compliance_gain desc nulls last, saved_p95_ms desc nulls last, lever
