-- Every bucket of the sketch holds as many latencies as the requests have there.
with latencies as (
    unpivot (
        select
            date_trunc('hour', started_at) as hour,
            use_case,
            channel,
            environment,
            model,
            tier,
            ttft_ms as first_token,
            perceived_ms as perceived,
            duration_ms as response,
        from lake.requests
        where outcome = 'ok'
    )
    on first_token, perceived, response into name metric value latency_ms
    union all by name
    select
        date_trunc('hour', started_at) as hour,
        use_case,
        channel,
        environment,
        model,
        tier,
        latency_name(metric, step) as metric,
        latency_ms,
    from step_times('lake.request_steps')
    where outcome = 'ok' and latency_ms is not null
),

counted as (
    select hour, use_case, channel, environment, model, tier, metric, bucket, n
    from lake.latency_sketch
    union all by name
    select * exclude (latency_ms), latency_bucket(latency_ms) as bucket, -1 as n
    from latencies
)

select hour, use_case, channel, environment, model, tier, metric, bucket, sum(n) as too_many
from counted
where hour >= greatest(kept_from('requests'), kept_from('rollups'))
group by all
having sum(n) != 0
