-- Every objective of every use case over a chosen period and filters, busiest use case first. A null list lets all through.
-- Compliance and percentiles are of the period; the error budget is of the objective's own window, up to the period's end, from the hour in which it begins.
-- grain: use_case, position
-- use_case         as in objectives
-- title            the use case, for people
-- channel          the use case's channel
-- metric           first_token, perceived or response
-- step             as in objectives; null for the whole request
-- latency          what latency_percentiles calls it: the metric, with the step where there is one
-- position         1 is the budget that the latency tax counts from
-- threshold_ms     a request within it is good [ms]
-- objective        share of requests that are to be good [0..1]
-- window_days      days in the objective's window [days]
-- good             requests that finished well and in time [count]
-- total            requests that count: good and bad [count]
-- unknown          requests that finished with no first token, or time in the step, known; they count neither way [count]
-- compliance       good / total [0..1]
-- compliance_low   lower end of its 90 % interval [0..1]
-- compliance_high  upper end of its 90 % interval [0..1]
-- budget_left      share of the window's error budget left, negative when overdrawn [..1]
-- exhausted_at     when the budget will be gone at the pace of the last 24 hours; null when it is not shrinking, or gone [UTC]
-- verdict          met or missed when the interval says so, else too_few; no_data
-- n                requests with this latency known [count]
-- p50              median [ms]
-- p95              95th percentile [ms]
-- p99              99th percentile; null below 100 requests [ms]
-- due_percentile       the percentile that the objective is about: p50 up to 50 %, p95 up to 95 %, else p99
-- due_ms               that percentile; null when unknown [ms]
-- due_to_budget_ratio  due_ms / threshold_ms, at most 1 when the budget is kept
-- p50_to_budget_ratio  p50 / threshold_ms
-- is_running_out       whether the error budget will be gone within one more window
-- parameters: from_at, to_at, use_case_list := null::varchar[], channel_list := null::varchar[], tier_list := null::varchar[], environment_list := null::varchar[]
with counted as (
    select
        events.use_case,
        events."position",
        sum(good) filter (where is_in_period) as good,
        sum(total) filter (where is_in_period) as total,
        sum(unknown) filter (where is_in_period) as unknown,
        sum(good) filter (where is_in_window) as window_good,
        sum(total) filter (where is_in_window) as window_total,
        sum(good) filter (where is_in_last_day) as last_day_good,
        sum(total) filter (where is_in_last_day) as last_day_total,
    from (
        select
            *,
            not is_extra and hour >= date_trunc('hour', to_at - to_days(objectives.window_days))
                as is_in_window,
            not is_extra and hour >= date_trunc('hour', to_at - interval 1 day) as is_in_last_day,
        from slo_events(from_at, to_at, use_case_list, channel_list, tier_list, environment_list)
        inner join objectives using (use_case, "position")
    ) as events
    group by all
),

percentiles as (
    from latency_percentiles_period(
        from_at, to_at, use_case_list, channel_list, tier_list, environment_list
    )
),

busyness as (
    select use_case, max(total + unknown) as requests
    from counted
    group by all
),

board as (
    select
        objectives.use_case,
        use_cases.title,
        use_cases.channel,
        objectives.metric,
        objectives.step,
        latency_name(objectives.metric, objectives.step) as latency,
        objectives."position",
        objectives.threshold_ms,
        objectives.objective,
        objectives.window_days,
        coalesce(counted.good, 0) as good,
        coalesce(counted.total, 0) as total,
        coalesce(counted.unknown, 0) as unknown,
        counted.good / nullif(counted.total, 0) as compliance,
        compliance_low(counted.good, counted.total) as compliance_low,
        compliance_high(counted.good, counted.total) as compliance_high,
        budget_left(counted.window_good, counted.window_total, objectives.objective) as budget_left,
        exhausted_at(
            to_at,
            counted.window_good,
            counted.window_total,
            counted.last_day_good,
            counted.last_day_total,
            objectives.objective
        ) as exhausted_at,
        slo_verdict(counted.good, counted.total, objectives.objective) as verdict,
        coalesce(percentiles.n, 0) as n,
        percentiles.p50,
        percentiles.p95,
        percentiles.p99,
        coalesce(busyness.requests, 0) as requests,
        case
            when objectives.objective <= 0.5 then 'p50'
            when objectives.objective <= 0.95 then 'p95'
            else 'p99'
        end as due_percentile,
        case due_percentile
            when 'p50' then percentiles.p50
            when 'p95' then percentiles.p95
            else percentiles.p99
        end as due_ms,
    from objectives
    inner join use_cases on objectives.use_case = use_cases.name
    left join counted
        on objectives.use_case = counted.use_case and objectives."position" = counted."position"
    left join percentiles
        on
            objectives.use_case = percentiles.use_case
            and latency_name(objectives.metric, objectives.step) = percentiles.metric
    left join busyness on objectives.use_case = busyness.use_case
    where is_chosen(use_case_list, objectives.use_case)
)

select
    use_case,
    title,
    channel,
    metric,
    step,
    latency,
    "position",
    threshold_ms,
    objective,
    window_days,
    good,
    total,
    unknown,
    compliance,
    compliance_low,
    compliance_high,
    budget_left,
    exhausted_at,
    verdict,
    n,
    p50,
    p95,
    p99,
    due_percentile,
    due_ms,
    due_ms / threshold_ms as due_to_budget_ratio,
    p50 / threshold_ms as p50_to_budget_ratio,
    coalesce(exhausted_at < to_at + to_days(window_days), false) as is_running_out,
from board
order by requests desc, use_case, "position"
