-- The wanted requests, and what the user of each waits for: the end, or something in one of its spans.
with heard as (
    select
        path_spans.request_row,
        arg_min(
            path_spans.row_id,
            taken.started_at
            + to_microseconds((coalesce(first_audio_ms, taken.ttft_ms, taken.duration_ms) * 1000)::bigint)
        ) filter (where taken.step = 'tts') as speech_row,
        arg_max(path_spans.row_id, taken.started_at) filter (where taken.step = 'guardrail') as guardrail_row,
    from path_spans
    inner join taken on path_spans.row_id = taken.rowid
    where taken.step in ('tts', 'guardrail') and taken.status != 'error'
    group by path_spans.request_row
)

select
    assembled.rowid as request_row,
    assembled.request_id,
    assembled.outcome,
    assembled.ttft_ms,
    assembled.perceived_ms,
    assembled.duration_ms,
    case
        when assembled.perceived_kind != 'full' then assembled.perceived_kind
        when assembled.perceived_ms < assembled.duration_ms and heard.guardrail_row is not null
            then 'held_back'
        else 'end'
    end as moment,
    coalesce(
        case moment
            when 'first_audio' then heard.speech_row
            when 'first_token' then summed.answer_row
            when 'held_back' then heard.guardrail_row
        end,
        -1
    ) as moment_row,
from assembled
semi join wanted on assembled.request_id = wanted.request_id
inner join summed on assembled.request_id = summed.trace_id || '-' || summed.entry_id
left join heard on assembled.rowid = heard.request_row
