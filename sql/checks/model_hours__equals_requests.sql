-- Every count of the models is that of the requests, to the last one. Left out: budgets that no collector has counted yet.
with asked as (
    select
        requests.*,
        asked_model(
            requests.asked_model, requests.model, requests.models, requests.fallback
        ) as asked,
        latency_of(
            objectives.metric, requests.ttft_ms, requests.perceived_ms, requests.duration_ms
        ) as latency_ms,
        is_good(requests.outcome, latency_ms, objectives.threshold_ms) as is_good,
    from lake.requests as requests
    inner join objectives on requests.use_case = objectives.use_case and objectives."position" = 1
    semi join lake.model_hours as counted
        on
            objectives.use_case = counted.use_case
            and objectives.metric = counted.metric
            and objectives.threshold_ms = counted.threshold_ms
    where asked is not null
),

counted as (
    select hour, use_case, model, bucket, n, timed, good, total, priced, tokens, rated
    from lake.model_hours
    union all
    select
        date_trunc('hour', started_at),
        use_case,
        asked,
        case when outcome = 'ok' then latency_bucket(latency_ms) end,
        -1,
        -(outcome = 'ok' and latency_ms is not null)::int,
        -coalesce(is_good, false)::int,
        -(is_good is not null)::int,
        -(cost_usd is not null and input_tokens + output_tokens is not null)::int,
        -case when cost_usd is null then 0 else coalesce(input_tokens + output_tokens, 0) end,
        -(quality is not null)::int,
    from asked
)

select
    hour,
    use_case,
    model,
    bucket,
    sum(n) as n_too_many,
    sum(timed) as timed_too_many,
    sum(good) as good_too_many,
    sum(total) as total_too_many,
    sum(priced) as priced_too_many,
    sum(tokens) as tokens_too_many,
    sum(rated) as rated_too_many,
from counted
where hour >= greatest(kept_from('requests'), kept_from('rollups'))
group by all
having
    n_too_many != 0
    or timed_too_many != 0
    or good_too_many != 0
    or total_too_many != 0
    or priced_too_many != 0
    or tokens_too_many != 0
    or rated_too_many != 0
