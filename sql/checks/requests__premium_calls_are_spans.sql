-- Where no call raced, was guessed or given up, the calls that a request paid a premium for are its spans of a dear price tier.
-- Left out: traces of several requests, or with several spans for one call, and requests of an earlier version.
with called as (
    select
        trace_id,
        span_id,
        bool_or(buys_speed(service_tier)) as is_dear,
        bool_or(step = 'llm') as is_call,
        bool_or(hedge_group is not null or speculative or cancelled) as may_be_unused,
    from lake.spans
    group by all
),

counted as (
    select
        trace_id,
        count(*) filter (where is_call) as calls,
        count(*) filter (where is_call and is_dear) as dear_calls,
    from called
    group by trace_id
    having not coalesce(bool_or(may_be_unused), false)
),

paid as (
    select
        trace_id,
        any_value(llm_calls) as calls,
        any_value(list_filter(speed_costs, lambda c: c.kind = 'premium')[1].calls) as premium_calls,
        bool_or(list_contains(list_transform(speed_costs, lambda c: c.kind), 'retry')) as has_retry,
    from lake.requests
    where service_tier is not null
    group by trace_id
    having count(*) = 1
)

select paid.trace_id, counted.dear_calls, paid.premium_calls
from paid
inner join counted using (trace_id, calls)
where
    not coalesce(paid.has_retry, false)
    and counted.dear_calls != coalesce(paid.premium_calls, 0)
