-- Counts of every objective for a period and for what came before it, by hour: whole hours from slo_hours, the broken hours
-- at the ends of the period from the requests themselves.
-- grain: use_case, position, hour, is_in_period, is_extra
-- use_case      as in objectives
-- position      as in objectives
-- hour          start of the UTC hour
-- is_in_period  whether these requests are of the period, not of what came before
-- is_extra      true for the hour in which the period begins, counted from there: it is also among the whole hours
-- good          requests that finished well and in time [count]
-- total         requests that count: good and bad [count]
-- unknown       requests that finished with no first token, or time in the step, known [count]
-- parameters: from_at, to_at, use_case_list, channel_list, tier_list, environment_list
with whole_hours as (
    select
        use_case,
        metric,
        step,
        threshold_ms,
        hour,
        hour >= from_at::timestamptz as is_in_period,
        false as is_extra,
        sum(good) as good,
        sum(total) as total,
        sum(unknown) as unknown,
    from lake.slo_hours
    where
        (hour < hour_of(to_at) or (hour = hour_of(to_at) and not is_hour_open(to_at)))
        and is_chosen(use_case_list, use_case)
        and is_chosen(channel_list, channel)
        and is_chosen(tier_list, tier)
        and is_chosen(environment_list, environment)
    group by all
),

judged as (
    select
        requests.use_case,
        requests.started_at,
        requests.is_in_period,
        requests.is_extra,
        slis.metric,
        slis.step,
        slis.threshold_ms,
        is_good(
            requests.outcome,
            sli_ms(
                slis.metric,
                slis.step,
                step_times.latency_ms,
                requests.ttft_ms,
                requests.perceived_ms,
                requests.duration_ms
            ),
            slis.threshold_ms
        ) as is_good,
    from requests_of_broken_hours(
        from_at, to_at, use_case_list, channel_list, tier_list, environment_list
    ) as requests
    inner join slis on requests.use_case = slis.use_case
    left join steps_of_broken_hours(from_at, to_at) as step_times
        on
            requests.request_id = step_times.request_id
            and slis.metric = step_times.metric
            and slis.step = step_times.step
),

broken_hours as (
    select
        use_case,
        metric,
        step,
        threshold_ms,
        date_trunc('hour', started_at) as hour,
        is_in_period,
        is_extra,
        count(*) filter (where is_good) as good,
        count(is_good) as total,
        count(*) - count(is_good) as unknown,
    from judged
    group by all
),

counts as (
    from whole_hours
    union all by name
    from broken_hours
)

select
    objectives.use_case,
    objectives."position",
    counts.hour,
    counts.is_in_period,
    counts.is_extra,
    counts.good,
    counts.total,
    counts.unknown,
from objectives
inner join counts
    on
        objectives.use_case = counts.use_case
        and objectives.metric = counts.metric
        and objectives.step is not distinct from counts.step
        and objectives.threshold_ms = counts.threshold_ms
