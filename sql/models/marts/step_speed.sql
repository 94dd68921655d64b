-- How long one call of each step takes, by tier of its model: what a chain that is still planned can expect. Calls that went well
-- and were warm, of all use cases. By default over the last 28 days.
-- grain: step, tier
-- step       as in spans, but llm_first_token, llm_token (each completion token), tts (until it is first heard) and network (there and back, within a region)
-- tier       tier of the model; null for steps other than model calls
-- n          calls; of llm_token, calls that wrote any [count]
-- p50_ms     half of them take at most this [ms]
-- p95_ms     95 % of them take at most this [ms]
-- bucket_ms  the times that occur, ascending, each within 5 % [ms]
-- calls      how many calls took each of them [count]
-- parameters: from_at := now() - interval 28 day, to_at := now()
with timed as (
    select
        case what
            when 'first_token' then 'llm_first_token'
            when 'output_token' then 'llm_token'
            when 'network' then 'network'
            else split_part(subject, ' ', 1)
        end as step,
        tier,
        bucket,
        n,
    from lake.call_sketch
    where
        hour >= hour_of(from_at)
        and hour < to_at
        and bucket is not null
        and not starts_with(subject, 'tts ')
    union all
    select 'tts', null, call_bucket(tts_perceived_ms), count(*)
    from lake.request_steps
    where
        started_at >= from_at
        and started_at < to_at
        and outcome = 'ok'
        and tts_perceived_ms > 0
    group by all
),

buckets as (
    select step, tier, bucket, sum(n)::bigint as calls
    from timed
    where not starts_with(step, 'llm_') or tier is not null
    group by step, tier, bucket
),

cumulated as (
    select
        *,
        sum(calls) over (partition by step, tier order by bucket) as up_to,
        sum(calls) over (partition by step, tier) as total,
    from buckets
)

select
    step,
    tier,
    any_value(total)::bigint as n,
    min(bucket_ms(bucket)) filter (where up_to >= 0.50 * (total - 1) + 1) as p50_ms,
    min(bucket_ms(bucket)) filter (where up_to >= 0.95 * (total - 1) + 1) as p95_ms,
    list(bucket_ms(bucket) order by bucket) as bucket_ms,
    list(calls order by bucket) as calls,
from cumulated
group by step, tier
