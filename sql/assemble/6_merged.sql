-- Spans of one model call become one call in `taken`: the outermost span that holds no other call, with what the spans within
-- know better. A span around several calls is none; what only it knows goes to the last of them, and the others cost nothing.
create or replace temp table merged as
with depths as (
    select inner_row as row_id, count(*) as depth
    from nested
    group by all
),

innermost as (
    select outer_row, inner_row as row_id, count(*) over (partition by outer_row) as calls_within
    from nested
    where inner_row not in (select outer_calls.outer_row from nested as outer_calls)
),

calls as (
    select
        innermost.row_id,
        coalesce(
            arg_min(innermost.outer_row, coalesce(depths.depth, 0))
                filter (where innermost.calls_within = 1),
            innermost.row_id
        ) as call_row,
    from innermost
    left join depths on innermost.outer_row = depths.row_id
    group by innermost.row_id
),

around as (
    select
        innermost.outer_row as row_id,
        last(calls.call_row order by taken.started_at, taken.rowid) as last_call_row,
    from innermost
    inner join calls using (row_id)
    inner join taken on innermost.row_id = taken.rowid
    where innermost.calls_within > 1
    group by innermost.outer_row
    having count(taken.input_tokens) = 0
),

counted_with_last as (
    select calls.call_row
    from around
    inner join taken on around.row_id = taken.rowid
    inner join innermost on around.row_id = innermost.outer_row
    inner join calls on innermost.row_id = calls.row_id
    where taken.input_tokens is not null and calls.call_row != around.last_call_row
),

members as (
    select call_row, call_row as row_id
    from calls
    union
    select calls.call_row, nested.inner_row
    from calls
    inner join nested on calls.call_row = nested.outer_row
    union
    select last_call_row, row_id
    from around
),

spans_of_calls as (
    select
        members.call_row,
        members.row_id,
        coalesce(depths.depth, 0) as depth,
        members.row_id in (select around.row_id from around) as is_around,
        taken.*,
    from members
    inner join taken on members.row_id = taken.rowid
    left join depths using (row_id)
)

select
    call_row,
    max(ended_at) filter (where not is_around) as ended_at,
    arg_max(model, depth) as model,
    arg_max(tier, depth) as tier,
    arg_max(asked_model, depth) as asked_model,
    arg_max(provider, depth) as provider,
    arg_max(service_tier, depth) as service_tier,
    arg_max(hedge_group, depth) as hedge_group,
    arg_max(finish_reason, depth) as finish_reason,
    bool_or(streamed) as streamed,
    arg_max(started_at + to_microseconds((ttft_ms * 1000)::bigint), depth)
        filter (where not is_around) as first_token_at,
    arg_max(input_tokens, depth) as input_tokens,
    arg_max(output_tokens, depth) as output_tokens,
    arg_max(cached_tokens, depth) as cached_tokens,
    case
        when call_row in (select counted_with_last.call_row from counted_with_last) then 0
        else arg_max(cost_usd, depth)
    end as cost_usd,
from spans_of_calls
group by call_row
