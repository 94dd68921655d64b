-- What capacity that is paid by the month cost for each request that it answered: the price of a day (730 hours a month), shared out over the day's requests by their tokens; on a day without any, nothing is counted.
-- grain: request_id
-- request_id  as in requests
-- usd         its part of all that was paid [USD]
-- speed_usd   its part of what was paid for speed [USD]
-- parameters: from_at := '-infinity'::timestamptz, to_at := 'infinity'::timestamptz
with of_whole_days as (
    select
        requests.request_id,
        requests.started_at,
        requests.model,
        requests.provider,
        greatest(coalesce(requests.input_tokens, 0) + coalesce(requests.output_tokens, 0), 1) as tokens,
        capacity.usd_per_month * 24 / 730 as usd_a_day,
        capacity.speed_share,
    from lake.requests as requests
    inner join lake.reserved_capacity as capacity
        on requests.model = capacity.model and requests.provider = capacity.provider
    where
        requests.service_tier = 'provisioned'
        and requests.started_at >= date_trunc('day', from_at)
        and requests.started_at < to_at + interval 1 day
),

shared_out as (
    select
        *,
        usd_a_day * tokens / sum(tokens) over (partition by model, provider, started_at::date)
            as usd,
    from of_whole_days
)

select
    request_id,
    usd,
    usd * speed_share as speed_usd,
from shared_out
where started_at >= from_at and started_at < to_at
