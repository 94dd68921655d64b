-- What somebody may have to be told now: an error budget that burns, a use case that fell silent. Of an objective's burn rates the most urgent one that burns,
-- else the one of the last hour. Silent is a use case without a request in the last hour that had 10 or more in the same hour a day and a week before.
-- grain: use_case, position, kind
-- use_case      as in objectives
-- title         the use case, for people
-- position      as in objectives; 1 for silence
-- kind          burn or silence
-- is_alarming   whether somebody is to be told
-- is_calm       whether it is clearly over: burning below half of what alarms, or requests again
-- severity      page or ticket
-- metric        first_token, perceived or response
-- about_step    step that the objective is about; null for the whole request
-- threshold_ms  a request within it is good [ms]
-- window_days   days in the objective's window [days]
-- long_minutes  the time that is looked at [min]
-- bad           requests in it that were not good [count]
-- total         requests in it that count [count]
-- ends_minutes  until the error budget is gone at this pace; 0 when it is, null when it is not burning [min]
-- step          what late requests of that time waited for most, as in critical_path; null when nothing burns
-- step_name     the name of its spans
-- usual         requests in the same hour of the day before, or of the week before if these were fewer [count]
-- parameters: as_of := now()
with burns as (
    select
        *,
        bool_and(
            burn is null or burn < burn_threshold / 2 or coalesce(short_burn, 0) < burn_threshold / 2
        ) over (partition by use_case, "position") as is_calm,
    from slo_burn(as_of)
    qualify
        row_number() over (
            partition by use_case, "position"
            order by state = 'burning' desc, severity, long_minutes
        ) = 1
),

lasting as (
    select use_case, "position", budget_left
    from slo_compliance(as_of)
    where period = 'window'
),

late as (
    select
        burns.use_case,
        burns."position",
        pieces.step,
        pieces.name,
        sum(pieces.duration_ms) as ms,
    from burns
    inner join measured_requests as requests
        on
            burns.use_case = requests.use_case
            and burns."position" = requests."position"
            and requests.started_at > as_of::timestamptz - to_minutes(burns.long_minutes)
            and requests.started_at <= as_of::timestamptz
            and not requests.is_good
    inner join lake.critical_path as pieces
        on
            requests.request_id = pieces.request_id
            and (burns.metric = 'response' or pieces.perceived)
    where burns.state = 'burning'
    group by burns.use_case, burns."position", pieces.step, pieces.name
    qualify row_number() over (
        partition by burns.use_case, burns."position" order by ms desc, pieces.step, pieces.name
    ) = 1
),

hours as (
    select
        use_case,
        count(*) filter (where started_at > as_of::timestamptz - interval 1 hour) as now_n,
        count(*) filter (
            where
            started_at > as_of::timestamptz - interval 25 hour
            and started_at <= as_of::timestamptz - interval 24 hour
        ) as day_n,
        count(*) filter (
            where
            started_at > as_of::timestamptz - interval 169 hour
            and started_at <= as_of::timestamptz - interval 168 hour
        ) as week_n,
    from lake.requests
    where started_at > as_of::timestamptz - interval 169 hour and started_at <= as_of::timestamptz
    group by use_case
)

select
    burns.use_case,
    use_cases.title,
    burns."position",
    'burn' as kind,
    burns.state = 'burning' as is_alarming,
    burns.is_calm,
    burns.severity,
    burns.metric,
    burns.step as about_step,
    burns.threshold_ms,
    burns.window_days,
    burns.long_minutes,
    burns.bad,
    burns.total,
    case
        when burns.state = 'burning'
            then greatest(lasting.budget_left, 0) * burns.window_days * 1440 / burns.burn
    end as ends_minutes,
    late.step,
    late.name as step_name,
    null::bigint as usual,
from burns
inner join use_cases on burns.use_case = use_cases.name
left join lasting
    on burns.use_case = lasting.use_case and burns."position" = lasting."position"
left join late on burns.use_case = late.use_case and burns."position" = late."position"
union all by name
select
    use_cases.name as use_case,
    use_cases.title,
    1 as "position",
    'silence' as kind,
    coalesce(hours.now_n = 0 and least(hours.day_n, hours.week_n) >= 10, false) as is_alarming,
    coalesce(hours.now_n, 0) > 0 as is_calm,
    'page' as severity,
    60 as long_minutes,
    least(hours.day_n, hours.week_n) as usual,
from use_cases
left join hours on use_cases.name = hours.use_case
