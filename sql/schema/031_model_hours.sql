-- What each model did for each use case, by hour: add up, in any order and over any period. A corrected request is taken back with negative counts.
-- grain: none
-- hour          start of the UTC hour of the request
-- use_case      as in requests
-- channel       as in requests
-- environment   as in requests
-- model         the model that was to answer, also where another had to step in (asked_model)
-- tier          its tier; null where another model answered
-- provider      who sold it; null where another model answered
-- metric        what the use case's budget looks at: first_token, perceived or response
-- threshold_ms  the budget when it was counted [ms]
-- bucket        as in latency_sketch; null for requests that did not finish well, or whose latency is not known or 0
-- n             requests [count]
-- timed         requests that finished well and whose latency is known [count]
-- good          requests that finished well and in time [count]
-- total         requests that count: good and bad [count]
-- priced        requests whose cost and tokens are known [count]
-- cost_usd      their cost, of all their calls [USD]
-- tokens        their prompt and completion tokens, of all their calls [tokens]
-- rated         requests with a quality [count]
-- quality       sum of their quality [0..1]
-- quality_2     sum of its squares
create table model_hours (
    hour timestamptz,
    use_case varchar,
    channel varchar,
    environment varchar,
    model varchar,
    tier varchar,
    provider varchar,
    metric varchar,
    threshold_ms double,
    bucket smallint,
    n bigint,
    timed bigint,
    good bigint,
    total bigint,
    priced bigint,
    cost_usd double,
    tokens bigint,
    rated bigint,
    quality double,
    quality_2 double
);
