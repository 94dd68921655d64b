-- The hourly counts of every objective are those of its requests, to the last one.
-- Left out: objectives that no collector has counted yet.
with counted as (
    select
        slo_hours.hour,
        slo_hours.use_case,
        objectives."position",
        slo_hours.good,
        slo_hours.total,
        slo_hours.unknown,
    from lake.slo_hours as slo_hours
    inner join objectives
        on
            slo_hours.use_case = objectives.use_case
            and slo_hours.metric = objectives.metric
            and slo_hours.step is not distinct from objectives.step
            and slo_hours.threshold_ms = objectives.threshold_ms
    union all
    select
        date_trunc('hour', started_at) as hour,
        use_case,
        "position",
        -coalesce(is_good, false)::int,
        -(is_good is not null)::int,
        -(is_good is null)::int,
    from measured_requests
    semi join lake.slo_counted as objectives_counted
        on
            measured_requests.use_case = objectives_counted.use_case
            and measured_requests.metric = objectives_counted.metric
            and measured_requests.step is not distinct from objectives_counted.step
            and measured_requests.threshold_ms = objectives_counted.threshold_ms
)

select
    hour,
    use_case,
    "position",
    sum(good) as good_too_many,
    sum(total) as total_too_many,
    sum(unknown) as unknown_too_many,
from counted
where hour >= greatest(kept_from('requests'), kept_from('rollups'))
group by all
having sum(good) != 0 or sum(total) != 0 or sum(unknown) != 0
