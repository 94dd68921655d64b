-- How fast each error budget burns: 1 is the pace at which it lasts exactly its window. Multi-window, multi-burn-rate with a guard for
-- low traffic (burn_windows; METHODS, latency tax 11). Windows of up to 6 hours to the microsecond, longer ones from the hour they begin in.
-- grain: use_case, position, severity, long_minutes
-- use_case        as in objectives
-- metric          first_token, perceived or response
-- step            as in objectives; null for the whole request
-- position        as in objectives
-- threshold_ms    a request within it is good [ms]
-- objective       share of requests that are to be good [0..1]
-- window_days     days in the objective's window [days]
-- severity        page or ticket
-- long_minutes    length of the long window [min]
-- short_minutes   length of the short window [min]
-- burn_threshold  burn rate from which it is told, at most 90 % of what is possible [times]
-- bad             requests in the long window that were not good [count]
-- total           requests in the long window that count [count]
-- burn            bad / total over what is allowed, in the long window [times]
-- burn_low        lower end of its 90 % interval [times]
-- burn_high       upper end of its 90 % interval [times]
-- short_total     requests in the short window that count [count]
-- short_burn      the same in the short window [times]
-- state           burning, ok, too_few (burning, if so few requests could tell) or no_data
-- parameters: as_of := now()
with recent as (
    select
        use_case,
        "position",
        date_sub('minute', started_at, as_of::timestamptz) as minutes_ago,
        count(*) filter (where is_good) as good,
        count(is_good) as total,
    from measured_requests
    where started_at > as_of::timestamptz - interval 6 hour and started_at <= as_of::timestamptz
    group by all
),

hours as (
    select use_case, "position", hour, sum(good) as good, sum(total) as total
    from slo_events(as_of, as_of, null, null, null, null)
    where not is_extra and hour >= date_trunc('hour', as_of::timestamptz - interval 3 day)
    group by all
),

windows as (
    select long_minutes as minutes
    from burn_windows
    union
    select short_minutes
    from burn_windows
),

counts as (
    select recent.use_case, recent."position", windows.minutes, sum(good) as good, sum(total) as total
    from windows
    inner join recent on windows.minutes > recent.minutes_ago
    where windows.minutes <= 360
    group by all
    union all by name
    select hours.use_case, hours."position", windows.minutes, sum(good) as good, sum(total) as total
    from windows
    inner join hours
        on hours.hour >= date_trunc('hour', as_of::timestamptz - to_minutes(windows.minutes))
    where windows.minutes > 360
    group by all
),

burning as (
    select
        objectives.*,
        burn_windows.*,
        least(
            burn_windows.budget_share * objectives.window_days * 1440 / burn_windows.long_minutes,
            0.9 / (1 - objectives.objective)
        ) as burn_threshold,
        coalesce(over_long.total - over_long.good, 0) as bad,
        coalesce(over_long.total, 0) as total,
        burn_rate(over_long.good / over_long.total, objectives.objective) as burn,
        burn_rate(compliance_high(over_long.good, over_long.total), objectives.objective) as burn_low,
        burn_rate(compliance_low(over_long.good, over_long.total), objectives.objective) as burn_high,
        coalesce(over_short.total, 0) as short_total,
        burn_rate(over_short.good / over_short.total, objectives.objective) as short_burn,
    from objectives
    cross join burn_windows
    left join counts as over_long
        on
            objectives.use_case = over_long.use_case
            and objectives."position" = over_long."position"
            and burn_windows.long_minutes = over_long.minutes
    left join counts as over_short
        on
            objectives.use_case = over_short.use_case
            and objectives."position" = over_short."position"
            and burn_windows.short_minutes = over_short.minutes
)

select
    use_case,
    metric,
    step,
    "position",
    threshold_ms,
    objective,
    window_days,
    severity,
    long_minutes,
    short_minutes,
    burn_threshold,
    bad::bigint as bad,
    total::bigint as total,
    burn,
    burn_low,
    burn_high,
    short_total::bigint as short_total,
    short_burn,
    case
        when total = 0 then 'no_data'
        when burn < burn_threshold or coalesce(short_burn, 0) < burn_threshold then 'ok'
        when bad >= bad_least and burn_low > burn_low_least then 'burning'
        else 'too_few'
    end as state,
from burning
