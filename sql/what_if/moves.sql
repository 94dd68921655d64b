-- What the chosen levers do to each span. What a change itself costs a request comes off its first cut.
-- saved_ms is null where nothing tells.
with prices as materialized (  -- noqa: ST03
    from lever_prices($1, $2, $4)
)

select
    request_row,
    lever,
    row_id,
    move,
    other_row,
    is_reached,
    saved_ms - case when is_first then added_ms else 0 end as saved_ms,
    perceived_saved_ms - case when is_first then added_ms else 0 end as perceived_saved_ms,
from (
    select
        *,
        move = 'shorten'
        and row_number() over (partition by request_row, lever, move order by is_perceived desc, row_id) = 1
            as is_first,
    from priced_cuts('span_cuts', 'prices', $4)
    where list_contains($3, lever)
)
order by request_row, lever, row_id
