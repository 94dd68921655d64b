-- What was paid to be fast, of the days in `tax_days`, counted for the latency tax.
select
    use_case,
    channel,
    environment,
    tier,
    model,
    hour,
    sum(calls)::bigint as calls,
    sum(unpriced)::bigint as unpriced,
    sum(usd) as usd,
from speed_costs(getvariable('tax_from'), getvariable('tax_to'))
where use_case is not null and list_contains(getvariable('tax_days'), hour::date)
group by all
