-- Step times of the requests that began in the two hours that a period cuts (requests_of_broken_hours), to be joined with them.
-- grain: request_id, metric, step
-- parameters: from_at, to_at
select *
from step_times('lake.request_steps')
where
    started_at < to_at::timestamptz
    and (
        started_at >= hour_of(to_at)
        or (started_at >= from_at::timestamptz and started_at < hour_from(from_at))
    )
