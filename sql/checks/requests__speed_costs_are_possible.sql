-- What a request paid to be fast is of known kinds, each once; its sum is unknown only where no call is priced; losing a race, a guess
-- for nothing and a fallback need a call each.
with costs as (
    select request_id, llm_calls, unnest(speed_costs) as cost
    from lake.requests
)

select request_id, cost.kind, count(*) as times
from costs
group by all
having
    count(*) > 1
    or cost.kind not in ('premium', 'hedge', 'retry', 'speculative', 'fallback_saving')
    or bool_or(cost.calls < 1 or cost.unpriced not between 0 and cost.calls)
    or bool_or((cost.usd is null) != (cost.unpriced = cost.calls))
    or bool_or(cost.kind in ('hedge', 'speculative', 'retry') and cost.usd < 0)
    or bool_or(cost.kind = 'fallback_saving' and cost.calls > llm_calls)
