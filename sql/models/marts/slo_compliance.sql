-- Every objective by UTC day and over its rolling window up to a moment (from the hour in which it begins), with what is left of its error budget.
-- grain: use_case, metric, threshold_ms, period, day
-- use_case         as in objectives
-- metric           first_token, perceived or response
-- threshold_ms     a request within it is good [ms]
-- objective        share of requests that are to be good [0..1]
-- period           day or window
-- day              the UTC day, or the last day of the window
-- window_days      days in the window [days]
-- good             requests that finished well and in time [count]
-- total            requests that count: good and bad [count]
-- unknown          requests that finished with no first token known; they count neither way [count]
-- compliance       good / total [0..1]
-- compliance_low   lower end of its 90 % interval [0..1]
-- compliance_high  upper end of its 90 % interval [0..1]
-- budget_left      share of the error budget left, negative when overdrawn [..1]
-- exhausted_at     when the budget will be gone at the pace of the last 24 hours; null when it is not shrinking, or gone [UTC]
-- verdict          met or missed when the interval says so, else too_few; no_data
-- parameters: as_of := now()
with events as (
    select *
    from slo_events(as_of, as_of, null, null, null, null)
    where not is_extra
),

days as (
    select
        use_case,
        "position",
        hour::date as day,
        sum(good) as good,
        sum(total) as total,
        sum(unknown) as unknown,
    from events
    group by all
    having sum(total) > 0 or sum(unknown) > 0
),

windows as (
    select
        objectives.use_case,
        objectives."position",
        as_of::timestamptz::date as day,
        coalesce(sum(events.good), 0) as good,
        coalesce(sum(events.total), 0) as total,
        coalesce(sum(events.unknown), 0) as unknown,
        sum(events.good) filter (where events.hour >= as_of - interval 1 day) as last_day_good,
        sum(events.total) filter (where events.hour >= as_of - interval 1 day) as last_day_total,
    from objectives
    left join events
        on
            objectives.use_case = events.use_case
            and objectives."position" = events."position"
            and events.hour >= date_trunc('hour', as_of - to_days(objectives.window_days))
    group by all
),

periods as (
    select *, 'day' as period, null as last_day_good, null as last_day_total
    from days
    union all by name
    select *, 'window' as period
    from windows
)

select
    periods.use_case,
    objectives.metric,
    objectives.threshold_ms,
    objectives.objective,
    periods.period,
    periods.day,
    objectives.window_days,
    periods.good,
    periods.total,
    periods.unknown,
    periods.good / nullif(periods.total, 0) as compliance,
    compliance_low(periods.good, periods.total) as compliance_low,
    compliance_high(periods.good, periods.total) as compliance_high,
    budget_left(periods.good, periods.total, objectives.objective) as budget_left,
    exhausted_at(
        as_of,
        periods.good,
        periods.total,
        periods.last_day_good,
        periods.last_day_total,
        objectives.objective
    ) as exhausted_at,
    slo_verdict(periods.good, periods.total, objectives.objective) as verdict,
from periods
inner join objectives
    on periods.use_case = objectives.use_case and periods."position" = objectives."position"
