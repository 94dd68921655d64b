-- The tree of the newest request has as many spans as the request counts.
-- Left out: a request whose spans [retention] deleted.
with newest as (
    select
        arg_max(request_id, started_at) as request_id,
        arg_max(spans, started_at) as spans,
        max(started_at) as started_at,
    from requests
),

tree as (
    select count(*) as spans
    from
        trace_spans(
            (select newest.request_id from newest),
            (select newest.started_at - interval 1 day from newest),
            (select newest.started_at + interval 1 day from newest)
        )
)

select newest.request_id, newest.spans, tree.spans as spans_of_tree
from newest
cross join tree
where newest.spans != tree.spans and newest.started_at >= kept_from('spans')
