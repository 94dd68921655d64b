-- The spans of the wanted requests, roots first, on their senders' clocks.
select
    path_spans.request_row,
    path_spans.row_id,
    path_spans.above_row,
    path_spans.start_ns,
    path_spans.end_ns,
    case when path_spans.own_step = 'llm' then path_spans.first_token_ns end as first_token_ns,
    coalesce(path_spans.own_step = 'tts', false) as is_speech,
    path_spans.is_answer,
    path_spans.is_other_clock,
from path_spans
inner join assembled on path_spans.request_row = assembled.rowid
semi join wanted on assembled.request_id = wanted.request_id
order by path_spans.request_row, path_spans.above_row is not null, path_spans.start_ns
