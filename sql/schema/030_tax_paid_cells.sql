-- What was paid to be fast, counted with tax_cells so that a period is added up without its requests.
-- grain: use_case, channel, environment, tier, model, hour
-- use_case     as in requests
-- channel      as in requests
-- environment  as in requests
-- tier         as in requests
-- model        as in requests
-- hour         start of the UTC hour in which the requests began
-- calls        calls for which it was paid, as in speed_costs [count]
-- unpriced     of them, calls whose cost or price is not known [count]
-- usd          what it came to, of the other calls, less what fallbacks saved; null when there are none [USD]
create table tax_paid_cells (
    use_case varchar,
    channel varchar,
    environment varchar,
    tier varchar,
    model varchar,
    hour timestamptz,
    calls bigint,
    unpriced bigint,
    usd double
);
