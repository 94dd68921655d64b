-- Ids are lower-case hex of their full length, and never all zero.
select trace_id, span_id, parent_span_id, service, received_at
from lake.spans
where
    not coalesce(regexp_full_match(trace_id, '[0-9a-f]{32}') and trace_id != repeat('0', 32), false)
    or not coalesce(regexp_full_match(span_id, '[0-9a-f]{16}') and span_id != repeat('0', 16), false)
    or not regexp_full_match(parent_span_id, '[0-9a-f]{16}')
