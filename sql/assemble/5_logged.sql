-- In `taken`, what log records say of a span and it does not say itself; of several records the first that knows counts.
update taken
set
    provider = coalesce(taken.provider, facts.provider),
    model = coalesce(taken.model, facts.model),
    input_tokens = coalesce(taken.input_tokens, facts.input_tokens),
    output_tokens = coalesce(taken.output_tokens, facts.output_tokens),
    cached_tokens = coalesce(taken.cached_tokens, facts.cached_tokens),
    finish_reason = coalesce(taken.finish_reason, facts.finish_reason),
    quality = coalesce(taken.quality, facts.quality),
    error_type = coalesce(taken.error_type, facts.error_type),
    ttft_ms = coalesce(
        taken.ttft_ms,
        case
            when
                coalesce(taken.streamed, true)
                and facts.ttft_ms > 0
                and facts.ttft_ms < taken.duration_ms - 1
                then facts.ttft_ms
        end
    )
from (
    select
        trace_id,
        span_id,
        arg_min(provider, logged_at) as provider,
        arg_min(model, logged_at) as model,
        arg_min(input_tokens, logged_at) as input_tokens,
        arg_min(output_tokens, logged_at) as output_tokens,
        arg_min(cached_tokens, logged_at) as cached_tokens,
        arg_min(finish_reason, logged_at) as finish_reason,
        arg_min(quality, logged_at) as quality,
        arg_min(error_type, logged_at) as error_type,
        arg_min(ttft_ms, logged_at) as ttft_ms,
    from lake.span_facts
    where
        trace_id in (select spans.trace_id from taken as spans)
        and logged_at >= (select min(spans.started_at) - interval 1 minute from taken as spans)
    group by all
) as facts
where
    taken.trace_id = facts.trace_id
    and taken.span_id = facts.span_id
