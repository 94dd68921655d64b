-- Spans as they are stored, from `arriving`: OTLP columns and facts side by side (collector/arrivals.py).
-- A first token is not believed when it is 0, negative, beyond the span, or the whole of a streamed call.
with timed as (
    select
        *,
        greatest(end_ns - start_ns, 0) / 1e6 as duration_ms,
        ttft_ms is not null and (
            ttft_ms <= 0
            or ttft_ms > greatest(end_ns - start_ns, 0) / 1e6 + 1
            or (ttft_ms >= greatest(end_ns - start_ns, 0) / 1e6 and coalesce(streamed, true))
        ) as ttft_not_believable,
    from arriving
)

select
    trace_id,
    span_id,
    parent_span_id,
    name,
    kind,
    started_at,
    duration_ms,
    status,
    nullif(status_message, '') as status_message,
    coalesce(service, 'unknown_service') as service,
    environment,
    region,
    nullif(scope, '') as scope,
    coalesce(step, 'other') as step,
    use_case,
    channel,
    agent,
    session_id,
    user_id,
    task_id,
    provider,
    model,
    tier,
    try_cast(input_tokens as bigint) as input_tokens,
    try_cast(output_tokens as bigint) as output_tokens,
    try_cast(cached_tokens as bigint) as cached_tokens,
    try_cast(reasoning_tokens as bigint) as reasoning_tokens,
    case when not ttft_not_believable then ttft_ms end as ttft_ms,
    case when not ttft_not_believable then ttft_source end as ttft_source,
    streamed,
    tool,
    target,
    try_cast(http_status as integer) as http_status,
    finish_reason,
    try_cast(retry as integer) as retry,
    fallback,
    cancelled,
    cost_usd,
    quality,
    attributes,
    resource,
    events,
    received_at,
    is_async,
    is_final,
    first_audio_ms,
    cold_start,
    device,
    arm,
    coalesce(host, service, 'unknown_service') as host,
    is_turn,
    error_type,
    case
        when end_ns < start_ns then 'end_before_start'
        when started_at > received_at + interval 1 hour then 'far_future'
        when started_at < received_at - interval 60 days then 'far_past'
        when ttft_not_believable then 'ttft_not_believable'
    end as flag,
from timed
