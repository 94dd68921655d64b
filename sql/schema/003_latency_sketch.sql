-- Latencies as mergeable logarithmic buckets: add up `n`, in any order and over any period. A corrected request takes its old bucket back with a negative n.
-- grain: none
-- hour         start of the UTC hour of the request
-- use_case     as in requests
-- channel      as in requests
-- environment  as in requests
-- model        as in requests
-- tier         as in requests
-- metric       first_token, perceived or response
-- bucket       ceil(ln(latency in ms) / ln(101/99)): values within 1 % of 2 * (101/99)^bucket / (101/99 + 1); null for 0
-- n            requests, negative for a correction [count]
create table latency_sketch (
    hour timestamptz,
    use_case varchar,
    channel varchar,
    environment varchar,
    model varchar,
    tier varchar,
    metric varchar,
    bucket smallint,
    n bigint
);
