-- What could be cut by doing calls at another time, from `calls` (METHODS, critical path 6.3). Columns as in `cuts`.
insert into cuts by name
with tools as (
    select
        *,
        first_value(row_id) over batch as first_row,
        last_value(row_id) over batch as last_row,
        count(*) over batch as tools,
        max(end_ns) over batch - min(start_ns) over batch - max(end_ns - start_ns) over batch as spared_ns,
        count_if(place > 1 and start_ns < previous_end_ns) over batch as clashes,
    from calls
    where step = 'tool' and not has_failed
    window
        batch as (
            partition by above_row, tool_batch order by place
            rows between unbounded preceding and unbounded following
        )
),

at_once as (
    select
        * exclude (perceived_ms),
        'parallel_tools' as lever,
        'start_with' as move,
        first_row as other_row,
        case
            when model_calls_so_far > 0 then case when row_id = last_row then spared_ns / 1e6 else 0 end
        end as cut_ms,
    from tools
    where tools > 1 and clashes = 0 and row_id != first_row
),

searches as (
    select
        *,
        first_value(row_id) over batch as plan_row,
        first_value(step) over batch as head_step,
        first_value(end_ns) over batch - first_value(start_ns) over batch as plan_ns,
        max(end_ns) over batch - min(start_ns) over batch as both_ns,
        max(end_ns) over batch - nth_value(start_ns, 2) over batch as search_ns,
        lag(row_id) over so_far as previous_row,
        last_value(row_id) over batch as last_row,
        count_if(place > 1 and start_ns < previous_end_ns) over batch as clashes,
    from calls
    window
        batch as (
            partition by above_row, search_batch order by place
            rows between unbounded preceding and unbounded following
        ),
        so_far as (partition by above_row, search_batch order by place)
),

guessed as (
    select
        * exclude (perceived_ms),
        'speculative_retrieval' as lever,
        case when previous_row = plan_row then 'start_with' else 'start_after' end as move,
        previous_row as other_row,
        case when row_id = last_row then (both_ns - greatest(plan_ns, search_ns)) / 1e6 else 0 end as cut_ms,
    from searches
    where head_step = 'llm' and model_calls_so_far = 1 and row_id != plan_row and clashes = 0
),

moved as (
    from at_once
    union all by name
    from guessed
)

select
    request_row,
    row_id,
    is_on_path,
    lever,
    move,
    other_row,
    cut_ms,
    case when is_before_perceived then cut_ms end as perceived_cut_ms,
from moved
