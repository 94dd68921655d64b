-- In `assembled`, what the calls in `speed_calls` cost, by kind. A call whose cost or price is not known is counted as unpriced.
update assembled
set speed_costs = summed_up.speed_costs
from (
    with priced_calls as (
        select
            calls.kind,
            calls.trace_id,
            tangled.entry_id,
            case calls.kind
                when 'premium' then calls.cost_usd - cost_of_tokens(own.price, calls)
                when 'fallback_saving'
                    then cost_of_tokens(own.price, calls) - cost_of_tokens(asked.price, calls)
                else calls.cost_usd
            end as usd,
        from speed_calls as calls
        left join tangled on calls.row_id = tangled.row_id
        left join priced as own
            on
                calls.model = own.model
                and calls.provider is not distinct from own.provider
                and own.service_tier = 'standard'
        left join priced as asked
            on
                calls.asked_model = asked.model
                and calls.asked_provider is not distinct from asked.provider
                and asked.service_tier = 'standard'
        where
            tangled.row_id is not null
            or calls.trace_id not in (select tangled_traces.trace_id from tangled as tangled_traces)
    ),

    by_kind as (
        select
            assembled.request_id,
            priced_calls.kind,
            count(*)::integer as calls,
            (count(*) - count(priced_calls.usd))::integer as unpriced,
            sum(priced_calls.usd) as usd,
        from priced_calls
        inner join assembled
            on
                priced_calls.trace_id = assembled.trace_id
                and (
                    priced_calls.entry_id is null
                    or assembled.request_id = priced_calls.trace_id || '-' || priced_calls.entry_id
                )
        group by all
    )

    select
        request_id,
        list({ 'kind': kind, 'calls': calls, 'unpriced': unpriced, 'usd': usd } order by kind)
            as speed_costs,
    from by_kind
    group by request_id
) as summed_up
where assembled.request_id = summed_up.request_id
