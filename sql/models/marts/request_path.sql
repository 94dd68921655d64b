-- The critical path of one request: its pieces in their order, with what each waited for. The period says which files are read.
-- grain: seq
-- seq          as in critical_path
-- span_id      as in critical_path
-- step         as in critical_path
-- name         name of that span
-- started_ms   start of the piece, from the start of the request [ms]
-- duration_ms  its length [ms]
-- perceived    as in critical_path
-- parameters: wanted_request, from_at, to_at
select
    pieces.seq,
    pieces.span_id,
    pieces.step,
    pieces.name,
    epoch_us(pieces.started_at - requests.started_at) / 1e3 as started_ms,
    pieces.duration_ms,
    pieces.perceived,
from lake.critical_path as pieces
inner join lake.requests as requests using (request_id)
where
    pieces.request_id = wanted_request
    and requests.request_id = wanted_request
    and pieces.started_at >= from_at
    and pieces.started_at <= to_at
    and requests.started_at >= from_at
    and requests.started_at <= to_at
order by pieces.seq
