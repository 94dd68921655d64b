-- What `model_changes` (requests written or taken back) change in the counts of every model.
create or replace temp table models_changed as
with asked as (
    select
        *,
        asked_model(asked_model, model, models, fallback) as asked,
        input_tokens + output_tokens as tokens,
        latency_of(metric, ttft_ms, perceived_ms, duration_ms) as latency_ms,
        is_good(outcome, latency_ms, threshold_ms) as is_good,
    from model_changes
    inner join objectives using (use_case)
    where "position" = 1
)

select
    date_trunc('hour', started_at) as hour,
    use_case,
    channel,
    environment,
    asked as model,
    case when model = asked then tier end as tier,
    case when model = asked then provider end as provider,
    metric,
    threshold_ms,
    case when outcome = 'ok' then latency_bucket(latency_ms) end as bucket,
    sum(n) as n,
    coalesce(sum(n) filter (where outcome = 'ok' and latency_ms is not null), 0) as timed,
    coalesce(sum(n) filter (where is_good), 0) as good,
    coalesce(sum(n) filter (where is_good is not null), 0) as total,
    coalesce(sum(n) filter (where cost_usd is not null and tokens is not null), 0) as priced,
    coalesce(sum(n * cost_usd) filter (where tokens is not null), 0) as cost_usd,
    coalesce(sum(n * tokens) filter (where cost_usd is not null), 0) as tokens,
    coalesce(sum(n) filter (where quality is not null), 0) as rated,
    coalesce(sum(n * quality), 0) as quality,
    coalesce(sum(n * quality ** 2), 0) as quality_2,
from asked
where asked is not null
group by all
