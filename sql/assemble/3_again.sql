-- Traces that were taken up before: their requests are in the lake, or this session remembers them.
create or replace temp table again as
select trace_id
from taken
where
    trace_id in (select corrected.trace_id from corrected)
    or trace_id in (select known_traces.trace_id from known_traces)
group by all
