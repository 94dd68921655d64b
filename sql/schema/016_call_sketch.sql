-- How long calls take, as mergeable buckets and sums: add them up over any period. Calls that went well and were warm; a call that
-- comes after its request was assembled is not counted.
-- grain: none
-- hour                start of the UTC hour of the request
-- what                first_token (calls with nothing read from a cache), output_token, operation (a tool, search or other step) or network (there and back, within a region)
-- subject             a model, step and name of an operation, or network
-- tier                as in spans
-- bucket              every fourth latency_bucket of the time: within 5 % of bucket_ms
-- n                   calls [count]
-- ms                  sum of their times [ms]
-- input_tokens        sum of their prompt tokens, where time is one of the first token [tokens]
-- input_tokens_2      sum of their squares [tokens²]
-- ms_input_tokens     sum of time × prompt tokens [ms × tokens]
create table call_sketch (
    hour timestamptz,
    what varchar,
    subject varchar,
    tier varchar,
    bucket smallint,
    n bigint,
    ms double,
    input_tokens double,
    input_tokens_2 double,
    ms_input_tokens double
);
