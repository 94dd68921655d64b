-- Calls of the requests in `assembled`: what a request waits for, with what tells whether it could have been quicker, and how it
-- stands to its siblings.
--   start_ns, end_ns  since the request began
--   operation         model calls are one kind; other calls by step and name
--   is_reply          the model call that the user reads or hears
--   waited_ms, waited_tokens  what the response waits for: of an answer that is spoken as it comes, the first token
--   perceived_ms, perceived_tokens  what the user waits for before seeing or hearing something; null for calls after that
create or replace temp table calls as
with walked as (
    select row_id, min(start_ns) as walked_ns
    from visits
    group by row_id
),

facts as (
    select
        path_spans.request_row,
        path_spans.row_id,
        path_spans.above_row,
        path_spans.span_id,
        coalesce(walked.walked_ns, path_spans.start_ns) as begun_ns,
        begun_ns + path_spans.end_ns - path_spans.start_ns as ended_ns,
        walked.row_id is not null as is_on_path,
        taken.step,
        case when taken.step = 'llm' then 'llm' else taken.step || ' ' || coalesce(taken.tool, taken.name) end
            as operation,
        taken.model,
        taken.tier,
        taken.duration_ms,
        taken.ttft_ms,
        taken.streamed,
        taken.input_tokens,
        taken.output_tokens,
        taken.cached_tokens,
        taken.cold_start,
        coalesce(taken.decision_key, taken.intent) as decision_key,
        taken.status = 'error' as has_failed,
        summed.answer_row is not null as is_reply,
        is_reply and taken.ttft_ms is not null and coalesce(taken.streamed, true)
        and assembled.perceived_kind != 'full' as is_shown_early,
        assembled.perceived_kind = 'first_audio' as is_spoken,
        nanoseconds(assembled.perceived_ms) > begun_ns as is_before_perceived,
    from path_spans
    inner join taken on path_spans.row_id = taken.rowid
    inner join assembled on path_spans.request_row = assembled.rowid
    left join walked on path_spans.row_id = walked.row_id
    left join summed on path_spans.row_id = summed.answer_row
    where
        path_spans.own_step is not null
        and path_spans.own_step != 'orchestration'
        and path_spans.above_row is not null
)

select
    * rename (begun_ns as start_ns, ended_ns as end_ns),
    case when is_shown_early and is_spoken then ttft_ms else duration_ms end as waited_ms,
    case when is_shown_early and is_spoken then 0 else output_tokens end as waited_tokens,
    case when is_shown_early then ttft_ms when is_before_perceived then duration_ms end as perceived_ms,
    case when is_shown_early then 0 when is_before_perceived then output_tokens end as perceived_tokens,
    row_number() over siblings as place,
    lag(ended_ns) over siblings as previous_end_ns,
    lead(row_id) over attempts as next_row,
    lead(begun_ns) over attempts as next_start_ns,
    lead(model) over attempts as next_model,
    count_if(step = 'llm' and not has_failed) over siblings as model_calls_so_far,
    count_if(step != 'tool' or has_failed) over siblings as tool_batch,
    count_if(step not in ('embedding', 'retrieval')) over siblings as search_batch,
from facts
window
    siblings as (partition by above_row order by begun_ns, ended_ns, span_id),
    attempts as (partition by above_row, operation order by begun_ns, ended_ns, span_id)
