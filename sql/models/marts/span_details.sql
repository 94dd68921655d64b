-- One span of a request in full, with its attributes. Of a span that was sent twice the copy that ended last.
-- The period says which files are read.
-- grain: span_id
-- span_id         as in spans
-- name            as in spans
-- step            as in spans
-- kind            as in spans
-- started_at      as in spans [UTC]
-- duration_ms     as in spans [ms]
-- ttft_ms         as in spans [ms]
-- status          as in spans
-- status_message  as in spans
-- service         as in spans
-- scope           as in spans
-- host            as in spans
-- model           as in spans
-- input_tokens    as in spans [tokens]
-- output_tokens   as in spans [tokens]
-- cached_tokens   as in spans [tokens]
-- cost_usd        as in spans [USD]
-- attributes      as in spans
-- resource        as in spans
-- events          as in spans
-- parameters: wanted_request, wanted_span, from_at, to_at
select
    span_id,
    name,
    step,
    kind,
    started_at,
    duration_ms,
    ttft_ms,
    status,
    status_message,
    service,
    scope,
    host,
    model,
    input_tokens,
    output_tokens,
    cached_tokens,
    cost_usd,
    attributes,
    resource,
    events,
from lake.spans
where
    trace_id = split_part(wanted_request, '-', 1)
    and span_id = wanted_span
    and started_at >= from_at
    and started_at <= to_at
order by started_at + to_microseconds((duration_ms * 1000)::bigint) desc, started_at
limit 1
