-- `pieces` as they go into the lake. Columns as in schema/012_critical_path.sql.
create or replace temp table paths as
select
    assembled.request_id,
    pieces.seq::integer as seq,
    coalesce(taken.span_id, '0000000000000000') as span_id,
    pieces.step,
    taken.name,
    assembled.started_at + to_microseconds(pieces.from_ns // 1000) as started_at,
    (pieces.to_ns - pieces.from_ns) / 1e6 as duration_ms,
    pieces.from_ns < nanoseconds(assembled.perceived_ms) as perceived,
from pieces
inner join assembled on pieces.request_row = assembled.rowid
left join taken on pieces.row_id = taken.rowid
