-- What the spans of each request say together, one row a request, from `taken` and `tangled`.
-- Of several words for one thing the entry's own counts, then the earliest span's; equal times are told apart by span id, so that
-- the order of arrival does not matter. A call without a cost, but for one that went wrong before its first token, leaves the cost
-- of the request to what the agent says, if it does.
create or replace temp table summed as
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
        coalesce(input_tokens, ttft_ms) is not null
        or (status != 'error' and not coalesce(cancelled, false)) as may_cost,
        case when is_entry then -1 else rank_of(started_at, span_id) end as age_rank,
        rank_of(ended_at, span_id) + case when is_final then 1::bigint << 61 else 0 end as answer_rank,
    from owned
)

select
    trace_id,
    coalesce(turn_id, any_value(span_id) filter (where is_entry)) as entry_id,
    any_value(row_id) filter (where is_entry) as entry_row,
    min(started_at) as first_started_at,
    max(ended_at) as last_ended_at,
    arg_max(row_id, answer_rank) filter (where step = 'llm' and is_waited_for) as answer_row,
    min(started_at + to_microseconds((coalesce(first_audio_ms, ttft_ms, duration_ms) * 1000)::bigint))
        filter (where step = 'tts' and is_waited_for) as first_audio_at,
    max(started_at) filter (where step = 'guardrail' and is_waited_for) as last_guardrail_at,
    arg_max(ended_at, started_at) filter (where step = 'guardrail' and is_waited_for)
        as last_guardrail_ended_at,
    arg_min(use_case, age_rank) as use_case,
    arg_min(channel, age_rank) as channel,
    arg_min(environment, age_rank) as environment,
    arg_min(agent, age_rank) as agent,
    arg_min(session_id, age_rank) as session_id,
    arg_min(user_id, age_rank) as user_id,
    arg_min(task_id, age_rank) as task_id,
    arg_min(region, age_rank) as region,
    arg_min(device, age_rank) as device,
    arg_min(arm, age_rank) as arm,
    arg_min(intent, age_rank) as intent,
    arg_min(service, age_rank) as service,
    list_sort(list(distinct model) filter (where step = 'llm' and model is not null)) as models,
    arg_min(tier, age_rank) filter (where step = 'llm') as first_tier,
    count(*) filter (where step = 'llm') as llm_calls,
    count(*) filter (where step = 'tool') as tool_calls,
    count(*) filter (where retry > 0) as retries,
    coalesce(bool_or(fallback), false) as fallback,
    coalesce(bool_or(cold_start), false) as cold_start,
    coalesce(
        sum(input_tokens) filter (where step = 'llm'),
        max(input_tokens) filter (where step in ('agent', 'workflow'))
    ) as input_tokens,
    coalesce(
        sum(output_tokens) filter (where step = 'llm'),
        max(output_tokens) filter (where step in ('agent', 'workflow'))
    ) as output_tokens,
    coalesce(
        sum(cached_tokens) filter (where step = 'llm'),
        max(cached_tokens) filter (where step in ('agent', 'workflow'))
    ) as cached_tokens,
    coalesce(
        case
            when count(*) filter (where step = 'llm' and cost_usd is null and may_cost) = 0
                then sum(cost_usd) filter (where step != 'agent' and step != 'workflow')
        end,
        max(cost_usd) filter (where step in ('agent', 'workflow'))
    ) as cost_usd,
    arg_max(quality, answer_rank) as quality,
    count(*) as spans,
from ranked
group by trace_id, turn_id
