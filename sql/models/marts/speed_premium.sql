-- What was paid to be fast in a period, by use case. It was paid, not lost: it comes on top of what slow answers cost, and is never taken off it.
-- grain: use_case, kind
-- use_case  as in requests
-- kind      as in speed_costs
-- n         requests in which it was paid [count]
-- calls     calls for which it was paid [count]
-- unpriced  of them, calls whose cost or price is not known [count]
-- usd       what it came to, of the other calls; null when there are none [USD]
-- parameters: from_at, to_at, use_case_list, channel_list, tier_list, environment_list
select
    use_case,
    kind,
    sum(n)::bigint as n,
    sum(calls)::bigint as calls,
    sum(unpriced)::bigint as unpriced,
    sum(usd) as usd,
from speed_costs(from_at::timestamptz, to_at::timestamptz)
where
    is_chosen(use_case_list, use_case)
    and is_chosen(channel_list, channel)
    and is_chosen(tier_list, tier)
    and is_chosen(environment_list, environment)
group by all
