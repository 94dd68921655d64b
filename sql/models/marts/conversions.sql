-- One conversion, with the request it followed: the one that its sender named, else the last of its session that started before it, at most 30 days earlier, else that of its trace. Requests that come late join by themselves.
-- grain: conversion_id
-- conversion_id  as reported, else made of all that was reported
-- session_id     as reported, else that of its trace
-- request_id     the request it followed; null while none is known
-- occurred_at    when it happened [UTC]
-- kind           purchase, lead, booking…: as reported
-- revenue_usd    its worth; null when not reported [USD]
-- source         who reported it first: span, log, http, import, or the name that a sender gave
-- trace_id       trace in which it was reported; null when it came by file or HTTP without one
-- received_at    when it was first reported [UTC]
with by_trace as (
    select
        reported.conversion_id,
        first(
            requests.request_id
            order by
                requests.request_id is not distinct from reported.request_id desc,
                requests.started_at <= reported.occurred_at desc,
                requests.started_at desc,
                requests.request_id
        ) as request_id,
        first(requests.session_id order by requests.started_at) filter (where requests.session_id is not null)
            as session_id,
    from lake.conversions as reported
    inner join lake.requests as requests using (trace_id)
    group by reported.conversion_id
),

reported as (
    select
        conversions.* replace (coalesce(conversions.session_id, by_trace.session_id) as session_id),
        by_trace.request_id as trace_request_id,
    from lake.conversions as conversions
    left join by_trace using (conversion_id)
),

of_sessions as (
    select session_id, started_at, request_id
    from lake.requests
    where session_id is not null
)

select
    reported.conversion_id,
    reported.session_id,
    case
        when reported.request_id = reported.trace_request_id then reported.request_id
        when of_sessions.started_at >= reported.occurred_at - interval 30 days
            then of_sessions.request_id
        else reported.trace_request_id
    end as request_id,
    reported.occurred_at,
    reported.kind,
    reported.revenue_usd,
    reported.source,
    reported.trace_id,
    reported.received_at,
from reported
asof left join of_sessions
    on reported.session_id = of_sessions.session_id and reported.occurred_at >= of_sessions.started_at
