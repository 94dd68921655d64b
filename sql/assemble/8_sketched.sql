-- What `corrected` (requests taken back) and `assembled` (requests written) change in the latency buckets.
-- Steps that objectives name are latencies of their own. Buckets: METHODS, latency tax 10, with a relative error of at most 1 %. Only requests that finished well have a latency.
create or replace temp table sketched as
with changes as (
    select *, 1 as n
    from assembled
    union all by name
    select *, -1 as n
    from corrected
),

latencies as (
    unpivot (
        select
            date_trunc('hour', started_at) as hour,
            use_case,
            channel,
            environment,
            model,
            tier,
            n,
            ttft_ms as first_token,
            perceived_ms as perceived,
            duration_ms as response,
        from changes
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
        n,
        latency_name(metric, step) as metric,
        latency_ms,
    from step_changes
    where outcome = 'ok' and latency_ms is not null
)

select
    hour,
    use_case,
    channel,
    environment,
    model,
    tier,
    metric,
    latency_bucket(latency_ms) as bucket,
    sum(n) as n,
from latencies
group by all
having sum(n) != 0
