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
    inner join objectives using (use_case, metric, threshold_ms)
    union all
    select
        date_trunc('hour', started_at) as hour,
        use_case,
        "position",
        -coalesce(is_good, false)::int,
        -(is_good is not null)::int,
        -(is_good is null)::int,
    from measured_requests
    semi join lake.slo_counted using (use_case, metric, threshold_ms)
)

select
    hour,
    use_case,
    "position",
    sum(good) as good_too_many,
    sum(total) as total_too_many,
    sum(unknown) as unknown_too_many,
from counted
group by all
having sum(good) != 0 or sum(total) != 0 or sum(unknown) != 0
