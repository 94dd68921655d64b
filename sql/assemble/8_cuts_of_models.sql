-- What levers on model calls could cut, from `calls` (METHODS, critical path 6.3). A cut is of one span; null where nothing tells.
--   move                  shorten: the span takes less; drop: it does not happen; start_with, start_after: it starts with, or
--                         after, the span other_row, and what that saves stands in the last such row
--   cut_ms, perceived_cut_ms  what goes, before the usual time of `calls` of `subject` with these tokens comes back in
create or replace temp table cuts as
with intents as (
    select path_spans.request_row, any_value(taken.intent) as intent
    from path_spans
    inner join taken on path_spans.row_id = taken.rowid
    where taken.intent is not null
    group by path_spans.request_row
),

answers as (
    select
        calls.*,
        assembled.perceived_ms - calls.start_ns / 1e6 as behind_ms,
        coalesce(
            summed.last_guardrail_at >= assembled.started_at + to_microseconds(calls.end_ns // 1000 - 1000),
            false
        ) as is_held_back,
    from calls
    inner join summed on calls.row_id = summed.answer_row
    inner join assembled on calls.request_row = assembled.rowid
    where assembled.perceived_kind = 'full' and not coalesce(calls.streamed, false)
),

streamed as (
    select
        *,
        'stream' as lever,
        0 as cut_ms,
        case when streamed is not null then behind_ms - case when cold_start then duration_ms else 0 end end
            as perceived_cut_ms,
        case when cold_start then 0 else 1 end as n,
        case when cold_start then 0 else input_tokens end as prompt_tokens,
        0 as written_tokens,
        case when cold_start then -output_tokens else 0 end as perceived_written_tokens,
    from answers
    where not is_held_back
),

routed as (
    select
        calls.*,
        'fast_tier' as lever,
        case when intents.intent is not null and assembled.tier is not null then calls.waited_ms end
            as cut_ms,
        calls.perceived_ms as perceived_cut_ms,
        1 as n,
        calls.input_tokens as prompt_tokens,
        calls.waited_tokens as written_tokens,
        calls.perceived_tokens as perceived_written_tokens,
    from calls
    inner join assembled on calls.request_row = assembled.rowid
    left join intents on calls.request_row = intents.request_row
    where
        calls.step = 'llm'
        and not calls.has_failed
        and coalesce(intents.intent in ('simple', 'easy', 'faq'), true)
),

cached as (
    select
        *,
        'prompt_cache' as lever,
        case when cached_tokens = 0 then coalesce(ttft_ms, 0) end as cut_ms,
        case when is_before_perceived then coalesce(ttft_ms, 0) end as perceived_cut_ms,
        case when ttft_ms is null then 1 else 0 end as n,
        case when ttft_ms is null then input_tokens else 0 end as prompt_tokens,
        0 as written_tokens,
        0 as perceived_written_tokens,
    from calls
    where
        step = 'llm'
        and not has_failed
        and (input_tokens >= 1024 or input_tokens is null)
        and coalesce(cached_tokens, 0) = 0
),

warmed as (
    select
        *,
        'warm_up' as lever,
        case
            when cold_start and step = 'llm' then coalesce(ttft_ms, waited_ms)
            when cold_start then duration_ms
        end as cut_ms,
        case when is_before_perceived then coalesce(ttft_ms, perceived_ms) end as perceived_cut_ms,
        1 as n,
        input_tokens as prompt_tokens,
        case when ttft_ms is null then waited_tokens else 0 end as written_tokens,
        case when ttft_ms is null then perceived_tokens else 0 end as perceived_written_tokens,
    from calls
    where coalesce(cold_start, step = 'llm') and not has_failed
)

select
    request_row,
    row_id,
    is_on_path,
    lever,
    'shorten' as move,
    null::bigint as other_row,
    case when step = 'llm' then model else operation end as subject,
    case when step != 'llm' or prompt_tokens is not null or n = 0 then cut_ms end::double as cut_ms,
    perceived_cut_ms,
    n as calls,
    coalesce(prompt_tokens, 0) as input_tokens,
    coalesce(written_tokens, 0) as output_tokens,
    coalesce(perceived_written_tokens, 0) as perceived_output_tokens,
from (
    from streamed
    union all by name
    from routed
    union all by name
    from cached
    union all by name
    from warmed
)
