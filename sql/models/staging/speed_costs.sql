-- What was paid to be fast, by hour: add up, in any order and over any period. A call is in one kind only, but for a fallback, which may be at a dearer price tier too (METHODS, latency tax 6 and 7).
-- What is paid by the month is spread over its days (730 hours a month), and a day's sum over the requests that the capacity answered, by their tokens; on a day without any, nothing is counted.
-- Their own tokens are paid with it, so they have no premium.
-- grain: use_case, channel, environment, tier, model, hour, kind
-- use_case     as in requests
-- channel      as in requests
-- environment  as in requests
-- tier         as in requests
-- model        as in requests
-- hour         start of the UTC hour of the request
-- kind         premium: more than the standard price, at a price tier that promises speed; reserved: the share of capacity paid by the month that is paid for speed; hedge: calls that lost the race for one answer; retry: calls given up for slowness and made again; speculative: calls made for nothing; fallback_saving: what a fallback costs less than the model asked for, negative
-- n            requests in which it was paid [count]
-- calls        calls for which it was paid; of reserved, requests [count]
-- unpriced     of them, calls whose cost or price is not known [count]
-- usd          what it came to, of the other calls; null when there are none [USD]
-- parameters: from_at := '-infinity'::timestamptz, to_at := 'infinity'::timestamptz
with of_whole_days as (
    select
        requests.*,
        capacity.usd_per_month * capacity.speed_share * 24 / 730 as usd_a_day,
        greatest(coalesce(requests.input_tokens, 0) + coalesce(requests.output_tokens, 0), 1) as tokens,
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
),

costs as (
    select
        *,
        {
            'kind': 'reserved', 'calls': 1, 'unpriced': 0, 'usd': usd
        } as cost,
    from shared_out
    where started_at >= from_at and started_at < to_at
    union all by name
    select
        * exclude (speed_costs),
        unnest(speed_costs) as cost,
    from lake.requests
    where speed_costs is not null and started_at >= from_at and started_at < to_at
)

select
    use_case,
    channel,
    environment,
    tier,
    model,
    hour_of(started_at) as hour,
    cost.kind,
    count(*) as n,
    sum(cost.calls)::bigint as calls,
    sum(cost.unpriced)::bigint as unpriced,
    sum(cost.usd) as usd,
from costs
where not (
    cost.kind = 'premium'
    and service_tier = 'provisioned'
    and exists (
        from lake.reserved_capacity as capacity
        where capacity.model = costs.model and capacity.provider = costs.provider
    )
)
group by all
