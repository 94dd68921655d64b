-- What was paid to be fast, by hour: add up, in any order and over any period. A call is in one kind only, but for a fallback, which may be at a dearer price tier too (METHODS, latency tax 6 and 7).
-- The tokens of requests that reserved capacity answered are paid with it (reserved_costs), so they have no premium.
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
with costs as (
    select
        requests.*,
        { 'kind': 'reserved', 'calls': 1, 'unpriced': 0, 'usd': reserved.speed_usd } as cost,
    from lake.requests as requests
    inner join reserved_costs(from_at, to_at) as reserved
        on requests.request_id = reserved.request_id
    where requests.started_at >= from_at and requests.started_at < to_at
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
