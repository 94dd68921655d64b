-- The pieces of a request follow each other without gap or overlap, from its start, and add up to its duration to the nanosecond.
-- Left out: requests of before the critical path was kept, and those that last 104 days, of which a double holds no nanoseconds.
with timed as (
    select
        request_id,
        seq,
        started_at,
        sum(round(duration_ms * 1e6)::bigint) over (partition by request_id order by seq) as end_ns,
        end_ns - round(duration_ms * 1e6)::bigint as start_ns,
        row_number() over (partition by request_id order by seq) as place,
    from lake.critical_path
),

summed as (
    select request_id, max(end_ns) as end_ns, bool_and(seq = place) as is_in_order
    from timed
    group by request_id
),

shifted as (
    select distinct timed.request_id
    from timed
    inner join lake.requests as requests using (request_id)
    where timed.started_at != requests.started_at + to_microseconds((timed.start_ns // 1000)::bigint)
)

select
    requests.request_id,
    requests.duration_ms,
    summed.end_ns,
    summed.is_in_order,
    shifted.request_id is not null as is_shifted,
from lake.requests as requests
left join summed using (request_id)
left join shifted using (request_id)
where
    requests.assembled_at >= (
        select min(first_requests.assembled_at)
        from lake.requests as first_requests
        semi join lake.request_steps using (request_id)
    )
    and requests.duration_ms < 9e9
    and (
        coalesce(summed.end_ns, 0) != round(requests.duration_ms * 1e6)::bigint
        or not coalesce(summed.is_in_order, true)
        or shifted.request_id is not null
    )
