-- The cuts of the wanted requests with the columns of possible_cuts, span by span, on the critical path or not.
create or replace temp table span_cuts as
select
    assembled.request_id,
    assembled.use_case,
    assembled.tier,
    assembled.started_at,
    draw_of(assembled.request_id, cuts.lever) as draw,
    cuts.* replace (
        coalesce(cuts.calls, 0) as calls,
        coalesce(cuts.input_tokens, 0) as input_tokens,
        coalesce(cuts.output_tokens, 0) as output_tokens,
        coalesce(cuts.perceived_output_tokens, 0) as perceived_output_tokens
    ),
    cuts.perceived_cut_ms is not null as is_perceived,
from cuts
inner join assembled on cuts.request_row = assembled.rowid
semi join wanted on assembled.request_id = wanted.request_id
