-- Conversions as they are to be stored: `arriving_conversions`, in order of arrival, over what the lake has of the same ids.
-- Only those that change: a report that says nothing new gives no row.
with known as (
    select conversions.*
    from lake.conversions as conversions
    semi join arriving_conversions using (conversion_id)
),

reports as (
    select *, -1 as "position"
    from known
    union all by name
    select *
    from arriving_conversions
)

select
    conversion_id,
    arg_max(session_id, "position") as session_id,
    arg_max(trace_id, "position") as trace_id,
    arg_max(request_id, "position") as request_id,
    arg_max(occurred_at, "position") as occurred_at,
    arg_max(kind, "position") as kind,
    arg_max(revenue_usd, "position") as revenue_usd,
    arg_min(source, "position") as source,
    arg_min(received_at, "position") as received_at,
from reports
group by conversion_id
except
select
    conversion_id,
    session_id,
    trace_id,
    request_id,
    occurred_at,
    kind,
    revenue_usd,
    source,
    received_at,
from known
