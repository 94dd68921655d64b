-- What could be cut by leaving a step out, asking it twice or bringing it nearer (METHODS, critical path 6.3). Columns as in `cuts`.
insert into cuts by name
with answers as (
    select path_spans.above_row, taken.region, taken.duration_ms
    from path_spans
    inner join taken on path_spans.row_id = taken.rowid
    where path_spans.is_answer
),

pairs as (
    select
        path_spans.request_row,
        path_spans.row_id,
        path_spans.start_ns,
        caller.duration_ms - called.duration_ms as away_ms,
        caller.region != called.region as is_other_region,
    from path_spans
    inner join taken as caller on path_spans.row_id = caller.rowid
    left join answers as called on path_spans.row_id = called.above_row
    where path_spans.is_http_client
),

away as (
    select
        pairs.request_row,
        pairs.row_id,
        pairs.row_id in (select visits.row_id from visits) as is_on_path,
        nanoseconds(assembled.perceived_ms) > pairs.start_ns as is_before_perceived,
        'network' as lever,
        case when pairs.is_other_region then 'network' else 'network within a region' end as subject,
        case when pairs.is_other_region is not null then pairs.away_ms end as cut_ms,
        1 as calls,
    from pairs
    inner join assembled on pairs.request_row = assembled.rowid
),

slow as (
    select *, 'hedge' as lever, operation as subject, duration_ms as cut_ms, 0 as calls
    from calls
    where step in ('tool', 'retrieval') and duration_ms >= 50 and not has_failed
),

reranked as (
    select *, 'skip_rerank' as lever, null as subject, duration_ms as cut_ms, 0 as calls
    from calls
    where step = 'rerank'
)

select
    request_row,
    row_id,
    is_on_path,
    lever,
    'shorten' as move,
    subject,
    cut_ms,
    case when is_before_perceived then cut_ms end as perceived_cut_ms,
    calls,
from (
    select * exclude (perceived_ms)
    from slow
    union all by name
    select * exclude (perceived_ms)
    from reranked
    union all by name
    from away
)
