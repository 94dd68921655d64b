-- Spans as they are stored, from `arriving`: OTLP columns and facts side by side (collector/arrivals.py).
-- A first token is not believed when it is 0, negative, beyond the span, the whole of a streamed call (to 1 ms, as some round), or
-- the first event of any kind; a call that is known not to stream has none. Input tokens include those read from and written to a
-- cache, output tokens those that were thought. What only an attribute says went wrong is an error. A call with a first token is
-- streamed; by OpenTelemetry's own names only if gen_ai.request.stream says so.
with timed as (
    select
        * replace (case when coalesce(streamed, true) then ttft_ms end as ttft_ms),
        greatest(end_ns - start_ns, 0) / 1e6 as duration_ms,
        coalesce(streamed, true) and ttft_ms is not null and (
            ttft_ms <= 0
            or ttft_ms >= greatest(end_ns - start_ns, 0) / 1e6 - 1
            or coalesce(first_event_only = 'true', false)
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
    case when status = 'unset' and failed then 'error' else status end as status,
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
    try_cast(
        coalesce(
            uncached_tokens + coalesce(cached_tokens, 0) + coalesce(cache_write_tokens, 0), input_tokens
        ) as bigint
    ) as input_tokens,
    try_cast(coalesce(visible_tokens + coalesce(reasoning_tokens, 0), output_tokens) as bigint)
        as output_tokens,
    try_cast(cached_tokens as bigint) as cached_tokens,
    try_cast(reasoning_tokens as bigint) as reasoning_tokens,
    case when not ttft_not_believable then ttft_ms end as ttft_ms,
    case when not ttft_not_believable then ttft_source end as ttft_source,
    coalesce(
        streamed,
        case
            when ttft_source = 'gen_ai.response.time_to_first_chunk' then null
            when ttft_ms is not null and not ttft_not_believable then true
        end
    ) as streamed,
    case
        when tool is null and step = 'tool'
            then regexp_replace(name, '^(execute_tool|tool\.execute|tool)[ :.]+|\.(tool|run|call)$', '')
        else tool
    end as tool,
    target,
    try_cast(http_status as integer) as http_status,
    finish_reason,
    try_cast(retry as integer) as retry,
    fallback,
    cancelled,
    case when cost_usd > 0 then cost_usd end as cost_usd,
    case when quality between 0 and 1 then quality end as quality,
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
    try_cast(cache_write_tokens as bigint) as cache_write_tokens,
    workflow,
    case
        when ttft_ms is null or ttft_not_believable then null
        when step = 'tts' then 'first_audio'
        when reasoning_tokens = 0 then 'first_visible'
        else coalesce(ttft_kind, 'first_chunk')
    end as ttft_kind,
    intent,
    speculative,
    hedge_group,
    service_tier,
    decision_key,
    asked_model,
from timed
