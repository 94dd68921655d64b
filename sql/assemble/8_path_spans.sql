-- The spans of the requests in `assembled`, each with the span above it that may have waited for it. A span whose parent is not in
-- its request hangs from the root, and a second report of a model call from the first. Left out: what nobody waits for, with all
-- below it. Rules: METHODS, critical path 2.1, 2.2 and 3. Spans and requests are known by their rowid in `taken` and `assembled`;
-- a root that never arrived has a negative one.
--   start_ns, end_ns  since the request began, by the sender's clock
--   first_token_ns    since the span began
--   own_step          null where a span does what the span above does
--   is_answer         a server's span below its client's: it is waited for whatever their clocks say
create or replace temp table path_spans as
with owned as (
    select
        taken.*,
        taken.rowid as row_id,
        assembled.rowid as request_row,
        assembled.request_id,
        assembled.started_at as began_at,
    from taken
    inner join assembled using (trace_id)
    where trace_id not in (select tangled.trace_id from tangled)
    union all by name
    select
        taken.*,
        taken.rowid as row_id,
        assembled.rowid as request_row,
        assembled.request_id,
        assembled.started_at as began_at,
    from tangled
    inner join taken on tangled.row_id = taken.rowid
    inner join assembled on tangled.trace_id || '-' || tangled.entry_id = assembled.request_id
),

timed as (
    select
        request_row,
        row_id,
        span_id,
        coalesce(twins.above, parent_span_id) as parent_span_id,
        span_id = right(request_id, 16) as is_root,
        nanoseconds((epoch_us(started_at) - epoch_us(began_at)) / 1e3) as start_ns,
        start_ns + nanoseconds(duration_ms) as end_ns,
        nanoseconds(ttft_ms) as first_token_ns,
        step,
        kind,
        host,
        coalesce(cancelled, false) or coalesce(is_async, false) as is_left_alone,
    from owned
    left join twins using (trace_id, span_id)
    union all by name
    select
        rowid as request_row,
        -1 - rowid as row_id,
        '0000000000000000' as span_id,
        true as is_root,
        0 as start_ns,
        nanoseconds(duration_ms) as end_ns,
        'workflow' as step,
    from assembled
    where ends_with(request_id, '-0000000000000000')
),

hung as (
    select
        timed.*,
        case when not timed.is_root then coalesce(above.row_id, roots.row_id) end as above_row,
        case when above.row_id is null then roots.kind else above.kind end as above_kind,
        case when above.row_id is null then roots.host else above.host end as above_host,
    from timed
    inner join timed as roots on timed.request_row = roots.request_row and roots.is_root
    left join timed as above
        on timed.request_row = above.request_row and timed.parent_span_id = above.span_id
),

answered as (
    select distinct above_row as row_id
    from hung
    where above_kind = 'client' and kind = 'server'
)

select
    request_row,
    row_id,
    above_row,
    span_id,
    start_ns,
    end_ns,
    first_token_ns,
    case
        when step in ('agent', 'workflow') then 'orchestration'
        when step not in ('http', 'db', 'other') then step
        when above_row is null then 'orchestration'
    end as own_step,
    step = 'db' as is_db,
    coalesce(step = 'http' and kind = 'client', false) as is_http_client,
    is_http_client and row_id in (select answered.row_id from answered) as is_network,
    coalesce(above_kind = 'client' and kind = 'server', false) as is_answer,
    coalesce(host != above_host, true) as is_other_clock,
from hung
where
    above_row is null
    or not (is_left_alone or coalesce(above_kind = 'producer' and kind = 'consumer', false))
