-- Good, valid and unknown requests of every objective by hour: add up, in any order and over any period. A corrected request is taken back with negative counts.
-- grain: none
-- hour          start of the UTC hour of the request
-- use_case      as in requests
-- channel       as in requests
-- environment   as in requests
-- tier          as in requests
-- metric        first_token, perceived or response
-- threshold_ms  the objective's threshold when it was counted [ms]
-- good          requests that finished well and in time [count]
-- total         requests that count: good and bad [count]
-- unknown       requests that finished with no first token known [count]
create table slo_hours (
    hour timestamptz,
    use_case varchar,
    channel varchar,
    environment varchar,
    tier varchar,
    metric varchar,
    threshold_ms double,
    good bigint,
    total bigint,
    unknown bigint
);
