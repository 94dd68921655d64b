-- In `taken`, one model call that two instrumentations tell of in a trace each, one span long: the span that knows the session
-- stays the call and learns the first token; the other is no call, so that calls, tokens and cost count once.
create or replace temp table told_apart as
with lone_traces as (
    select trace_id
    from taken
    group by trace_id
    having count(*) = 1
),

lone_calls as (
    select taken.rowid as row_id, taken.*
    from taken
    where
        step = 'llm'
        and parent_span_id is null
        and output_tokens is not null
        and trace_id in (select lone_traces.trace_id from lone_traces)
)

select
    call.row_id as call_row,
    first(other.row_id order by abs(epoch_us(call.started_at - other.started_at)), other.row_id) as other_row,
from lone_calls as call
inner join lone_calls as other
    on
        call.host = other.host
        and call.model = other.model
        and call.input_tokens = other.input_tokens
        and call.output_tokens = other.output_tokens
where
    call.scope != other.scope
    and abs(epoch_us(call.started_at - other.started_at)) <= 50_000
    and abs(epoch_us(call.ended_at - other.ended_at)) <= 50_000
    and (call.session_id is null, call.started_at, call.row_id)
    < (other.session_id is null, other.started_at, other.row_id)
group by call.row_id;

update taken
set
    streamed = coalesce(taken.streamed, other.streamed),
    ttft_ms = coalesce(taken.ttft_ms, other.ttft_ms + epoch_us(other.started_at - taken.started_at) / 1e3)
from told_apart
inner join taken as other on told_apart.other_row = other.rowid
where taken.rowid = told_apart.call_row;

update taken
set
    step = 'other',
    input_tokens = null,
    output_tokens = null,
    cached_tokens = null,
    cost_usd = null
where rowid in (select told_apart.other_row from told_apart)
