-- How each error budget was used up, hour by hour over its rolling window up to a moment: what the requests of the whole window
-- allow, less what was bad so far. It ends at the budget_left of slo_board. A null list lets all through.
-- grain: use_case, position, hour
-- use_case     as in objectives
-- position     as in objectives
-- hour         start of the UTC hour; hours without requests are left out
-- good         requests of the hour that finished well and in time [count]
-- total        requests of the hour that count: good and bad [count]
-- budget_left  share of the window's error budget left at the end of the hour, negative when overdrawn [..1]
-- parameters: as_of, use_case_list := null::varchar[], channel_list := null::varchar[], tier_list := null::varchar[], environment_list := null::varchar[]
with hours as (
    select
        events.use_case,
        events."position",
        objectives.objective,
        events.hour,
        sum(events.good) as good,
        sum(events.total) as total,
    from slo_events(
        as_of, as_of, use_case_list, channel_list, tier_list, environment_list
    ) as events
    inner join objectives using (use_case, "position")
    where
        not events.is_extra
        and events.hour >= date_trunc('hour', as_of::timestamptz - to_days(objectives.window_days))
    group by all
    having sum(events.total) > 0
),

cumulated as (
    select
        *,
        sum(total - good) over (partition by use_case, "position" order by hour) as bad_so_far,
        sum(total) over (partition by use_case, "position") as window_total,
    from hours
)

select
    use_case,
    "position",
    hour,
    good::bigint as good,
    total::bigint as total,
    budget_left(window_total - bad_so_far, window_total, objective) as budget_left,
from cumulated
order by use_case, "position", hour
