-- Requests as they go into the lake, one row each, from `summed`. Columns as in schema/002_requests.sql.
-- What the user perceives: METHODS, critical path 4. A first token before the request began is not believed.
create or replace temp table assembled as
with around_turns as (
    select
        trace_id,
        arg_min(use_case, started_at) as use_case,
        arg_min(channel, started_at) as channel,
        arg_min(environment, started_at) as environment,
        arg_min(agent, started_at) as agent,
        arg_min(session_id, started_at) as session_id,
        arg_min(user_id, started_at) as user_id,
        arg_min(task_id, started_at) as task_id,
        arg_min(region, started_at) as region,
        arg_min(device, started_at) as device,
        arg_min(arm, started_at) as arm,
        arg_min(intent, started_at) as intent,
    from taken
    where
        trace_id in (select tangled.trace_id from tangled)
        and rowid not in (select coalesce(tangled.row_id, -1) from tangled)
    group by trace_id
),

timed as (
    select
        summed.* exclude (
            use_case, channel, environment, agent, session_id, user_id, task_id, region, device, arm,
            intent
        ),
        coalesce(summed.use_case, around_turns.use_case) as use_case,
        coalesce(summed.channel, around_turns.channel) as channel,
        coalesce(summed.environment, around_turns.environment) as environment,
        coalesce(summed.agent, around_turns.agent) as agent,
        coalesce(summed.session_id, around_turns.session_id) as session_id,
        coalesce(summed.user_id, around_turns.user_id) as user_id,
        coalesce(summed.task_id, around_turns.task_id) as task_id,
        coalesce(summed.region, around_turns.region) as region,
        coalesce(summed.device, around_turns.device) as device,
        coalesce(summed.arm, around_turns.arm) as arm,
        coalesce(summed.intent, around_turns.intent) as intent,
        coalesce(entry.started_at, summed.first_started_at) as started_at,
        coalesce(entry.ended_at, summed.last_ended_at) as ended_at,
        coalesce(entry.duration_ms, epoch_us(summed.last_ended_at - summed.first_started_at) / 1e3)
            as duration_ms,
        entry.status as entry_status,
        entry.parent_span_id is null and entry.span_id is not null or coalesce(entry.is_turn, false)
            as is_complete,
        coalesce(entry.cancelled, false) as is_cancelled,
        coalesce(entry.http_status, 0) as http_status,
        has_timed_out(entry.http_status, entry.error_type, entry.finish_reason) as has_timed_out,
        coalesce(answer.finish_reason in ('error', 'failed'), false) as has_failed_answer,
        answer.provider,
        answer.model,
        answer.tier,
        answer.service_tier,
        coalesce(attempts.asked_model, answer.asked_model, answer.model) as asked_model,
        case
            when summed.answer_row is null
                then entry.started_at + to_microseconds((entry.ttft_ms * 1000)::bigint)
            when coalesce(answer.streamed, true)
                then answer.started_at + to_microseconds((answer.ttft_ms * 1000)::bigint)
        end as first_token_at,
        coalesce(answer.streamed, summed.answer_row is null) as is_streamed,
        greatest(
            coalesce(entry.ended_at, summed.last_ended_at),
            case when answer.streamed then answer.ended_at end
        ) as full_at,
        case
            when summed.last_guardrail_at >= answer.ended_at - interval 1 millisecond
                then summed.last_guardrail_ended_at
        end as released_at,
    from summed
    left join taken as entry on summed.entry_row = entry.rowid
    left join taken as answer on summed.answer_row = answer.rowid
    left join attempts on summed.answer_row = attempts.row_id
    left join around_turns on summed.trace_id = around_turns.trace_id
),

believed as (
    select * replace (case when first_token_at >= started_at then first_token_at end as first_token_at)
    from timed
),

perceived as (
    select
        *,
        epoch_us(first_token_at - started_at) / 1e3 as ttft_ms,
        epoch_us(
            case
                when first_audio_at is not null then first_audio_at
                when first_token_at is null or not is_streamed then full_at
                else coalesce(released_at, first_token_at)
            end - started_at
        ) / 1e3 as perceived_ms,
        case
            when first_audio_at is not null then 'first_audio'
            when first_token_at is null or not is_streamed or released_at is not null then 'full'
            else 'first_token'
        end as perceived_kind,
    from believed
)

select
    perceived.trace_id || '-' || perceived.entry_id as request_id,
    perceived.trace_id,
    perceived.started_at,
    perceived.use_case,
    coalesce(perceived.channel, use_cases.channel) as channel,
    perceived.environment,
    perceived.service,
    perceived.agent,
    perceived.session_id,
    perceived.user_id,
    perceived.task_id,
    perceived.region,
    perceived.device,
    perceived.arm,
    perceived.duration_ms,
    perceived.ttft_ms,
    perceived.perceived_ms,
    perceived.perceived_kind,
    case
        when perceived.is_cancelled then 'cancelled'
        when perceived.has_timed_out then 'timeout'
        when perceived.entry_status = 'error' or perceived.http_status >= 500 then 'error'
        when perceived.has_failed_answer then 'error'
        when perceived.entry_status != 'ok' and perceived.llm_calls > 0 and perceived.answer_row is null
            then 'error'
        else 'ok'
    end as outcome,
    perceived.provider,
    perceived.model,
    perceived.tier,
    perceived.models,
    perceived.llm_calls,
    perceived.tool_calls,
    perceived.retries,
    perceived.fallback,
    perceived.cold_start,
    perceived.input_tokens,
    perceived.output_tokens,
    perceived.cached_tokens,
    perceived.cost_usd,
    perceived.quality,
    perceived.spans,
    perceived.is_complete as complete,
    perceived.intent,
    perceived.first_tier,
    perceived.asked_model,
    perceived.service_tier,
    null::struct(kind varchar, calls integer, unpriced integer, usd double)[] as speed_costs,
    getvariable('as_of') as assembled_at,
from perceived
left join use_cases on perceived.use_case = use_cases.name
