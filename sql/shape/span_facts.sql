-- Facts of spans as log records say them, from `arriving_logs`: each record as a span of no length with the ids of the span that it
-- tells of (collector/told_logs.py). Records that say nothing give no row.
select
    trace_id,
    span_id,
    started_at as logged_at,
    name as event,
    provider,
    model,
    try_cast(input_tokens as bigint) as input_tokens,
    try_cast(output_tokens as bigint) as output_tokens,
    try_cast(cached_tokens as bigint) as cached_tokens,
    ttft_ms,
    finish_reason,
    case when quality between 0 and 1 then quality end as quality,
    error_type,
    received_at,
from arriving_logs
where
    coalesce(finish_reason, error_type, model) is not null
    or coalesce(input_tokens, output_tokens, quality, ttft_ms) is not null
