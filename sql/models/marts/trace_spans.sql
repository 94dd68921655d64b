-- The spans of one request as a tree, for a waterfall: a parent before its children, these by their start. A span that was sent
-- twice is there once; spans of missing parents hang from the trace's first root; another request of the trace is left out, and
-- so is what no way leads to (METHODS, critical path 2.1). The period need not be exact: it says which files are read.
-- grain: span_id
-- position        1 is the request's first span [count]
-- span_id         as in spans
-- depth           0 for the request's first span, 1 for its children [count]
-- started_ms      start, from the start of the request; negative when before it [ms]
-- duration_ms     as in spans [ms]
-- ttft_ms         time to first token from the start of the span [ms]
-- first_audio_ms  first audio from the start of the span [ms]
-- name            as in spans
-- step            as in spans
-- service         as in spans
-- model           as in spans
-- tool            as in spans
-- status          unset, ok or error
-- is_waited_for   false when cancelled, or marked as not waited for
-- is_orphan       its parent never arrived
-- parameters: wanted_request, from_at, to_at
with recursive request as materialized (
    select
        trace_id,
        started_at,
        split_part(request_id, '-', 2) as entry_id,
    from lake.requests
    where request_id = wanted_request and started_at >= from_at and started_at <= to_at
),

entries as materialized (
    select split_part(requests.request_id, '-', 2) as span_id
    from lake.requests as requests
    inner join request using (trace_id)
    where requests.started_at >= from_at and requests.started_at <= to_at
),

arrived as (
    select
        spans.span_id,
        spans.parent_span_id,
        spans.started_at,
        spans.started_at + to_microseconds((spans.duration_ms * 1000)::bigint) as ended_at,
        spans.duration_ms,
        spans.ttft_ms,
        spans.first_audio_ms,
        spans.name,
        spans.step,
        spans.service,
        spans.model,
        spans.tool,
        spans.status,
        not coalesce(spans.cancelled, false) and not coalesce(spans.is_async, false) as is_waited_for,
    from lake.spans as spans
    where
        spans.trace_id = split_part(wanted_request, '-', 1)
        and spans.started_at >= from_at
        and spans.started_at <= to_at
    qualify row_number() over (partition by spans.span_id order by ended_at desc, spans.started_at) = 1
),

ranked as (
    select
        arrived.*,
        row_number() over (order by arrived.started_at, arrived.ended_at desc, arrived.span_id)::integer
            as rank,
        arrived.parent_span_id is not null and parents.span_id is null as is_orphan,
    from arrived
    left join arrived as parents on arrived.parent_span_id = parents.span_id
),

first_root as (
    select coalesce(arg_min(span_id, rank), '0000000000000000') as span_id
    from ranked
    where parent_span_id is null
),

hung as materialized (
    select
        ranked.*,
        case when ranked.is_orphan then first_root.span_id else ranked.parent_span_id end as parent_id,
    from ranked
    cross join first_root
),

walk as (
    select hung.span_id, 0 as depth, [hung.rank] as path
    from hung
    inner join request
        on
            hung.span_id = request.entry_id
            or (request.entry_id = '0000000000000000' and hung.is_orphan)
    union all
    select hung.span_id, walk.depth + 1 as depth, list_append(walk.path, hung.rank) as path
    from walk
    inner join hung on walk.span_id = hung.parent_id
    where hung.span_id not in (select entries.span_id from entries)
)

select
    row_number() over (order by walk.path) as "position",
    hung.span_id,
    walk.depth,
    epoch_us(hung.started_at - request.started_at) / 1e3 as started_ms,
    hung.duration_ms,
    hung.ttft_ms,
    hung.first_audio_ms,
    hung.name,
    hung.step,
    hung.service,
    hung.model,
    hung.tool,
    hung.status,
    hung.is_waited_for,
    hung.is_orphan,
from walk
inner join hung using (span_id)
cross join request
order by "position"
