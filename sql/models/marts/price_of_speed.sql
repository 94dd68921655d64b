-- What each model costs and how quick it is at each price tier: the price of speed, side by side. Of requests that were answered by the
-- model, whatever else they called; what a token costs is of those that called no other model, at reserved capacity their part of its price.
-- grain: use_case, model, service_tier
-- use_case           as in requests
-- model              as in requests
-- service_tier       as in requests; null when it is not known
-- n                  requests [count]
-- first_token_p50    median time to the first token, of requests that finished well [ms]
-- first_token_p95    95th percentile of it [ms]
-- response_p50       median response time, of requests that finished well [ms]
-- response_p95       95th percentile of it [ms]
-- usd_per_1k_tokens  what a thousand tokens cost, prompt and completion together; null when no cost is known [USD]
-- n_priced           requests that it rests on [count]
-- good               requests within the use case's budget, its first objective [count]
-- total              requests that count: good and bad [count]
-- compliance         good / total; null when there is nothing to count [0..1]
-- compliance_low     lower end of its 90 % interval [0..1]
-- compliance_high    upper end of its 90 % interval [0..1]
-- parameters: from_at, to_at, use_case_list, channel_list, tier_list, environment_list
with judged as (
    select
        requests.*,
        case
            when objectives.threshold_ms is not null
                then
                    is_good(
                        requests.outcome,
                        latency_of(
                            objectives.metric,
                            requests.ttft_ms,
                            requests.perceived_ms,
                            requests.duration_ms
                        ),
                        objectives.threshold_ms
                    )
        end as is_good,
        coalesce(reserved.usd, requests.cost_usd) as paid_usd,
        len(requests.models) = 1
        and paid_usd is not null
        and requests.input_tokens + coalesce(requests.output_tokens, 0) > 0 as is_priced,
    from lake.requests as requests
    left join
        reserved_costs(from_at::timestamptz, to_at::timestamptz) as reserved
        on requests.request_id = reserved.request_id
    left join objectives on requests.use_case = objectives.use_case and objectives."position" = 1
    where
        requests.started_at >= from_at::timestamptz
        and requests.started_at < to_at::timestamptz
        and requests.model is not null
        and is_chosen(use_case_list, requests.use_case)
        and is_chosen(channel_list, requests.channel)
        and is_chosen(tier_list, requests.tier)
        and is_chosen(environment_list, requests.environment)
),

counted as (
    select
        use_case,
        model,
        service_tier,
        count(*) as n,
        quantile_disc(ttft_ms, 0.5) filter (where outcome = 'ok') as first_token_p50,
        quantile_disc(ttft_ms, 0.95) filter (where outcome = 'ok') as first_token_p95,
        quantile_disc(duration_ms, 0.5) filter (where outcome = 'ok') as response_p50,
        quantile_disc(duration_ms, 0.95) filter (where outcome = 'ok') as response_p95,
        1000 * sum(paid_usd) filter (where is_priced)
        / sum(input_tokens + coalesce(output_tokens, 0)) filter (where is_priced) as usd_per_1k_tokens,
        count(*) filter (where is_priced) as n_priced,
        count(*) filter (where is_good) as good,
        count(is_good) as total,
    from judged
    group by all
)

select
    use_case,
    model,
    service_tier,
    n,
    first_token_p50,
    first_token_p95,
    response_p50,
    response_p95,
    usd_per_1k_tokens,
    n_priced,
    good,
    total,
    good / nullif(total, 0) as compliance,
    compliance_low(good, total) as compliance_low,
    compliance_high(good, total) as compliance_high,
from counted
