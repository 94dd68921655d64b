-- What log records say of a span: facts that the span itself may lack. Contents are left out.
-- grain: none
-- trace_id       as in spans
-- span_id        as in spans
-- logged_at      time of the record [UTC]
-- event          name of the record
-- provider       as in spans
-- model          as in spans
-- input_tokens   as in spans [tokens]
-- output_tokens  as in spans [tokens]
-- cached_tokens  as in spans [tokens]
-- ttft_ms        as sent, from the start of the span [ms]
-- finish_reason  as in spans
-- quality        as in spans [0..1]
-- error_type     as in spans
-- received_at    when the collector took it in [UTC]
create table span_facts (
    trace_id varchar,
    span_id varchar,
    logged_at timestamptz,
    event varchar,
    provider varchar,
    model varchar,
    input_tokens bigint,
    output_tokens bigint,
    cached_tokens bigint,
    ttft_ms double,
    finish_reason varchar,
    quality double,
    error_type varchar,
    received_at timestamptz
);
