-- Requests as they go into the lake, one row each, from `taken` and `tangled`. Columns as in schema/002_requests.sql.
-- What the user perceives: METHODS, critical path 4.
create or replace temp table assembled as
with owned as (
    select taken.*, taken.rowid as row_id, parent_span_id is null as is_entry, null as turn_id
    from taken
    where trace_id not in (select tangled.trace_id from tangled)
    union all by name
    select
        taken.*,
        taken.rowid as row_id,
        taken.span_id = tangled.entry_id as is_entry,
        tangled.entry_id as turn_id,
    from tangled
    inner join taken on tangled.row_id = taken.rowid
),

ranked as (
    select
        *,
        not coalesce(cancelled, false) and not coalesce(is_async, false) and status != 'error'
            as is_waited_for,
        epoch_us(ended_at) + case when is_final then 1::bigint << 60 else 0 end as answer_rank,
    from owned
),

facts as (
    select
        trace_id,
        coalesce(turn_id, any_value(span_id) filter (where is_entry)) as entry_id,
        any_value(row_id) filter (where is_entry) as entry_row,
        min(started_at) as first_started_at,
        max(ended_at) as last_ended_at,
        arg_max(row_id, answer_rank) filter (where step = 'llm' and is_waited_for) as answer_row,
        min(started_at + to_microseconds((coalesce(first_audio_ms, ttft_ms, duration_ms) * 1000)::bigint))
            filter (where step = 'tts' and is_waited_for) as first_audio_at,
        max(ended_at) filter (where step = 'guardrail' and is_waited_for) as last_guardrail_at,
        arg_min(use_case, started_at) as first_use_case,
        arg_min(channel, started_at) as first_channel,
        arg_min(environment, started_at) as first_environment,
        arg_min(agent, started_at) as first_agent,
        arg_min(session_id, started_at) as session_id,
        arg_min(user_id, started_at) as user_id,
        arg_min(task_id, started_at) as task_id,
        arg_min(region, started_at) as region,
        arg_min(device, started_at) as device,
        arg_min(arm, started_at) as arm,
        arg_min(service, started_at) as first_service,
        list_sort(list(distinct model) filter (where step = 'llm' and model is not null)) as models,
        count(*) filter (where step = 'llm') as llm_calls,
        count(*) filter (where step = 'tool') as tool_calls,
        count(*) filter (where retry > 0) as retries,
        coalesce(bool_or(fallback), false) as fallback,
        coalesce(bool_or(cold_start), false) as cold_start,
        sum(input_tokens) filter (where step = 'llm') as input_tokens,
        sum(output_tokens) filter (where step = 'llm') as output_tokens,
        sum(cached_tokens) filter (where step = 'llm') as cached_tokens,
        sum(cost_usd) filter (where step != 'agent' and step != 'workflow') as cost_usd,
        arg_max(quality, ended_at) as quality,
        count(*) as spans,
    from ranked
    group by trace_id, turn_id
),

timed as (
    select
        facts.*,
        coalesce(entry.use_case, facts.first_use_case) as use_case,
        coalesce(entry.channel, facts.first_channel) as channel,
        coalesce(entry.environment, facts.first_environment) as environment,
        coalesce(entry.agent, facts.first_agent) as agent,
        coalesce(entry.service, facts.first_service) as service,
        coalesce(entry.started_at, facts.first_started_at) as started_at,
        coalesce(entry.ended_at, facts.last_ended_at) as ended_at,
        coalesce(entry.duration_ms, epoch_us(facts.last_ended_at - facts.first_started_at) / 1e3)
            as duration_ms,
        entry.status as entry_status,
        entry.parent_span_id is null and entry.span_id is not null or coalesce(entry.is_turn, false)
            as is_complete,
        coalesce(entry.cancelled, false) as is_cancelled,
        coalesce(entry.http_status, 0) as http_status,
        lower(concat_ws(' ', entry.error_type, entry.finish_reason)) as error_words,
        answer.provider,
        answer.model,
        answer.tier,
        case when coalesce(answer.streamed, true) then
            answer.started_at + to_microseconds((answer.ttft_ms * 1000)::bigint)
        end as first_token_at,
        greatest(
            coalesce(entry.ended_at, facts.last_ended_at),
            case when answer.streamed then answer.ended_at end
        ) as full_at,
        case when facts.last_guardrail_at > answer.ended_at then facts.last_guardrail_at end
            as released_at,
    from facts
    left join taken as entry on facts.entry_row = entry.rowid
    left join taken as answer on facts.answer_row = answer.rowid
),

perceived as (
    select
        *,
        epoch_us(first_token_at - started_at) / 1e3 as ttft_ms,
        epoch_us(
            case
                when first_audio_at is not null then first_audio_at
                when first_token_at is null then full_at
                else coalesce(released_at, first_token_at)
            end - started_at
        ) / 1e3 as perceived_ms,
        case
            when first_audio_at is not null then 'first_audio'
            when first_token_at is null or released_at is not null then 'full'
            else 'first_token'
        end as perceived_kind,
    from timed
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
        when perceived.http_status in (408, 504) or perceived.error_words similar to '.*time.?out.*' then 'timeout'
        when perceived.entry_status = 'error' or perceived.http_status >= 500 then 'error'
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
    getvariable('as_of') as assembled_at,
from perceived
left join use_cases on perceived.use_case = use_cases.name
