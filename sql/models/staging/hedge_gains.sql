-- What a second call saves on average when the first has taken as long as the calls of a bucket (METHODS, critical path 6.3): it is sent
-- after a delay and takes as long as any call of its kind; whichever comes first counts.
-- grain: subject, bucket
-- subject  as in call_sketch
-- bucket   as in call_sketch
-- gain_ms  mean saving, 0 for calls that are not slow; calls of a kind with fewer than 20 have no row [ms]
-- parameters: from_at, to_at, delay_percentile
with buckets as (
    select subject, bucket, bucket_ms(bucket) as call_ms, sum(n) as n
    from lake.call_sketch
    where
        what = 'operation'
        and hour >= least(hour_of(from_at), to_at::timestamptz - interval 7 day)
        and hour < to_at
    group by all
),

cumulated as (
    select
        *,
        sum(n) over (partition by subject order by bucket nulls first) as up_to,
        sum(n) over (partition by subject) as total,
    from buckets
),

delays as (
    select
        subject,
        min(call_ms) filter (where up_to >= delay_percentile * (total - 1) + 1) as delay_ms,
    from cumulated
    where total >= 20
    group by subject
)

select
    slow.subject,
    slow.bucket,
    sum(second_call.n * greatest(slow.call_ms - delays.delay_ms - second_call.call_ms, 0))
    / sum(second_call.n) as gain_ms,
from buckets as slow
inner join delays on slow.subject = delays.subject
inner join buckets as second_call on slow.subject = second_call.subject
group by slow.subject, slow.bucket
