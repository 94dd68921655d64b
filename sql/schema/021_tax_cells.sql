-- Sessions that are alike, counted, for the latency tax: add up the counts and sums, over days and over any column.
-- grain: none
-- use_case             as in requests
-- channel              as in requests
-- environment          as in requests
-- tier                 as in requests
-- model                as in requests
-- arm                  randomised arm; null outside experiments
-- hour                 start of the UTC hour in which the sessions began
-- budget_ms            the use case's first threshold when they were counted [ms]
-- token_octave         floor(log2(prompt tokens)); null when not known
-- latency_bin          how many edges (multiples of the budget, sql/tax/curve.py) the longest wait lies above; from 5 on over the budget
-- half                 0 or 1, by the hash of the session
-- sessions             sessions [count]
-- conversions          conversions that followed one of their requests [count]
-- revenue_usd          worth of those conversions; null when not known [USD]
-- revenue_usd_squared  sum over sessions of their worth squared [USD²]
-- dose                 sum over sessions of the time over the budget, at most 6 s each [100 ms]
-- ln_latency           sum over sessions of ln of the longest wait in ms
-- ln_tokens            sum over sessions of ln of the prompt tokens; null when not known
-- mobile               sessions on a phone [count]
-- failed               sessions with a failed request [count]
create table tax_cells (
    use_case varchar,
    channel varchar,
    environment varchar,
    tier varchar,
    model varchar,
    arm varchar,
    hour timestamptz,
    budget_ms double,
    token_octave tinyint,
    latency_bin tinyint,
    half tinyint,
    sessions bigint,
    conversions bigint,
    revenue_usd double,
    revenue_usd_squared double,
    dose double,
    ln_latency double,
    ln_tokens double,
    mobile bigint,
    failed bigint
);
