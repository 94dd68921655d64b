-- In `assembled`, what the calls in `speed_calls` cost, by kind. A call whose cost or price is not known is counted as unpriced.
create or replace temp table compared_models as
select taken.provider, taken.model, 'standard' as service_tier
from speed_calls
inner join taken on speed_calls.row_id = taken.rowid
where speed_calls.kind in ('premium', 'fallback_saving')
union
select asked_provider, asked_model, 'standard' as service_tier
from speed_calls
where asked_model is not null;

create or replace temp table standard_prices as
select *
from call_prices('compared_models');

update assembled
set speed_costs = summed_up.speed_costs
from (
    with priced_calls as (
        select
            speed_calls.kind,
            taken.trace_id,
            tangled.entry_id,
            case speed_calls.kind
                when 'premium' then taken.cost_usd - cost_of_tokens(own.price, taken)
                when 'fallback_saving'
                    then cost_of_tokens(own.price, taken) - cost_of_tokens(asked.price, taken)
                else taken.cost_usd
            end as usd,
        from speed_calls
        inner join taken on speed_calls.row_id = taken.rowid
        left join tangled on speed_calls.row_id = tangled.row_id
        left join standard_prices as own
            on
                taken.model = own.model
                and taken.provider is not distinct from own.provider
        left join standard_prices as asked
            on
                speed_calls.asked_model = asked.model
                and speed_calls.asked_provider is not distinct from asked.provider
        where
            tangled.row_id is not null
            or taken.trace_id not in (select tangled_traces.trace_id from tangled as tangled_traces)
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
