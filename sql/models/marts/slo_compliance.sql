-- Every objective by UTC day, and up to a moment: over its rolling window (from the hour in which it begins), and over the calendar
-- week and month so far. With what is left of the error budget that the requests of that time allow.
-- grain: use_case, position, period, day
-- use_case         as in objectives
-- metric           first_token, perceived or response
-- step             as in objectives; null for the whole request
-- position         1 is the budget that the latency tax counts from
-- threshold_ms     a request within it is good [ms]
-- objective        share of requests that are to be good [0..1]
-- period           day, week or month (from Monday or the 1st, UTC, so far), or window
-- day              the UTC day, or the last day of the period
-- window_days      days in the window [days]
-- good             requests that finished well and in time [count]
-- total            requests that count: good and bad [count]
-- unknown          requests that finished with no first token, or time in the step, known; they count neither way [count]
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

starts as (
    select
        use_case,
        "position",
        unnest(['window', 'week', 'month']) as period,
        unnest([
            date_trunc('hour', as_of::timestamptz - to_days(window_days)),
            date_trunc('week', as_of::timestamptz),
            date_trunc('month', as_of::timestamptz),
        ]) as from_at,
    from objectives
),

so_far as (
    select
        starts.use_case,
        starts."position",
        starts.period,
        as_of::timestamptz::date as day,
        coalesce(sum(events.good), 0) as good,
        coalesce(sum(events.total), 0) as total,
        coalesce(sum(events.unknown), 0) as unknown,
        sum(events.good) filter (where events.hour >= as_of - interval 1 day) as last_day_good,
        sum(events.total) filter (where events.hour >= as_of - interval 1 day) as last_day_total,
    from starts
    left join events
        on
            starts.use_case = events.use_case
            and starts."position" = events."position"
            and starts.from_at <= events.hour
    group by all
),

periods as (
    select *, 'day' as period, null as last_day_good, null as last_day_total
    from days
    union all by name
    from so_far
)

select
    periods.use_case,
    objectives.metric,
    objectives.step,
    objectives."position",
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
