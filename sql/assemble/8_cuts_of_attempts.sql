-- What could be cut by not failing first, and by not deciding again, from `calls` (METHODS, critical path 6.3). Columns as in `cuts`.
insert into cuts by name
with failed as (
    select
        *,
        (next_start_ns - start_ns) / 1e6 as lost_ms,
    from calls
    where has_failed and next_start_ns >= end_ns
),

fallbacks as (
    select answering.* replace (failed.model as model)
    from failed
    inner join calls as answering on failed.next_row = answering.row_id
    where failed.step = 'llm' and failed.model != answering.model and not answering.has_failed
),

decisions as (
    select calls.*, assembled.use_case || ', ' || calls.operation || ', ' || calls.decision_key as decision
    from calls
    inner join assembled on calls.request_row = assembled.rowid
    where
        calls.step in ('router', 'llm')
        and not calls.has_failed
        and not calls.is_reply
        and (calls.decision_key is not null or calls.model_calls_so_far <= 1)
),

redone as (
    select failed.*, 'no_retries' as lever, null::varchar as subject
    from failed
    union all by name
    select failed.*, 'cached_decision' as lever, decisions.decision as subject
    from failed
    inner join decisions on failed.next_row = decisions.row_id
    where decisions.decision is not null
),

found as (
    select
        request_row,
        row_id,
        is_on_path,
        is_before_perceived,
        lever,
        'drop' as move,
        subject,
        lost_ms as cut_ms,
    from redone
    union all by name
    select
        request_row,
        next_row as row_id,
        is_on_path,
        is_before_perceived,
        lever,
        'start_with' as move,
        row_id as other_row,
        subject,
        0 as cut_ms,
    from redone
    union all by name
    select
        request_row,
        row_id,
        is_on_path,
        is_before_perceived,
        'no_retries' as lever,
        'shorten' as move,
        model as subject,
        case when input_tokens is not null and output_tokens is not null then waited_ms end as cut_ms,
        perceived_ms as perceived_cut_ms,
        1 as calls,
        input_tokens,
        waited_tokens as output_tokens,
        perceived_tokens as perceived_output_tokens,
    from fallbacks
    union all by name
    select
        request_row,
        row_id,
        is_on_path,
        is_before_perceived,
        'cached_decision' as lever,
        'shorten' as move,
        decision as subject,
        case when decision is not null then duration_ms end as cut_ms,
    from decisions
)

select
    * exclude (is_before_perceived) replace (
        coalesce(perceived_cut_ms, case when is_before_perceived then cut_ms end) as perceived_cut_ms
    ),
from found
