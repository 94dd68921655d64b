-- Each use case and metric has as many requests in its buckets as in the sketch.
with sketched as (
    select use_case, metric, sum(n) as n
    from lake.latency_sketch
    group by all
    having sum(n) > 0
)

select sketched.use_case, sketched.metric, sketched.n, sum(latency_histogram.n) as in_buckets
from sketched
left join latency_histogram
    on
        sketched.use_case is not distinct from latency_histogram.use_case
        and sketched.metric = latency_histogram.metric
group by all
having sketched.n is distinct from in_buckets
