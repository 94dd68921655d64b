-- The visits laid out as pieces, one after the other, by request: at each moment where a visit begins or ends the next piece belongs
-- to the innermost visit that goes on.
create or replace temp table pieces as
with moments as (
    select
        request_row,
        from_ns,
        depth as nesting,
        row_id,
        shown_step as step,
        first_token_ns,
    from visits
    union all
    select
        request_row,
        to_ns as from_ns,
        -depth as nesting,
        above_row as row_id,
        above_step as step,
        above_first_token_ns as first_token_ns,
    from visits
),

stretches as (
    select
        *,
        lead(from_ns) over (partition by request_row order by from_ns, nesting) as to_ns,
    from moments
    qualify from_ns < to_ns
),

split as (
    select
        request_row,
        row_id,
        case
            when step != 'llm' then step
            when first_token_ns is null then 'llm_unsplit'
            when first_token_ns > from_ns then 'llm_prefill'
            else 'llm_decode'
        end as step,
        from_ns,
        case
            when step = 'llm' and first_token_ns > from_ns then least(first_token_ns, to_ns)
            else to_ns
        end as to_ns,
    from stretches
    union all
    select request_row, row_id, 'llm_decode' as step, first_token_ns as from_ns, to_ns
    from stretches
    where step = 'llm' and from_ns < first_token_ns and first_token_ns < to_ns
)

select *, row_number() over (partition by request_row order by from_ns) as seq
from split
