-- When slowness costs: the fewest hours of the day, one after the other, in which half of a use case's lost conversions were lost. Not for use cases that lost none.
-- A null list lets all through.
-- grain: use_case
-- use_case        as in use_cases
-- from_hour       UTC hour of the day in which they begin
-- to_hour         UTC hour of the day in which they are over
-- hours           how many they are [h]
-- lost_ratio      share of the lost conversions, at least half [0..1]
-- sessions_ratio  share of the sessions that began then [0..1]
-- parameters: from_at, to_at, use_case_list := null::varchar[], channel_list := null::varchar[], tier_list := null::varchar[], environment_list := null::varchar[]
with hours_of_day as (
    select
        use_case,
        extract('hour' from hour)::integer as hour_of_day,
        sum(lost) as lost,
        sum(sessions) as sessions,
    from tax_parts(from_at, to_at, use_case_list, channel_list, tier_list, environment_list)
    where part = 'lost_conversions'
    group by all
),

totals as (
    select use_case, sum(lost) as lost, sum(sessions) as sessions
    from hours_of_day
    group by use_case
    having sum(lost) > 0
),

spans as (
    select
        hours_of_day.use_case,
        begins.hour as from_hour,
        lengths.hours,
        sum(hours_of_day.lost) as lost,
        sum(hours_of_day.sessions) as sessions,
    from hours_of_day
    cross join generate_series(0, 23) as begins (hour)
    inner join generate_series(1, 24) as lengths (hours)
        on (hours_of_day.hour_of_day - begins.hour + 24) % 24 < lengths.hours
    group by all
)

select
    spans.use_case,
    spans.from_hour::integer as from_hour,
    ((spans.from_hour + spans.hours) % 24)::integer as to_hour,
    spans.hours::integer as hours,
    spans.lost / totals.lost as lost_ratio,
    spans.sessions / totals.sessions as sessions_ratio,
from spans
inner join totals on spans.use_case = totals.use_case
where spans.lost >= totals.lost / 2
qualify
    row_number() over (
        partition by spans.use_case
        order by spans.hours, spans.lost desc, spans.from_hour
    ) = 1
