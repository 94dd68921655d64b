-- One user-facing request: what somebody waited for. Assembled from spans when a trace has been quiet, and again when late spans arrive.
-- grain: request_id
-- request_id      trace id, "-", span id of the request's first span
-- trace_id        lower-case hex
-- started_at      start [UTC]
-- use_case        declared or matched; null when nothing tells
-- channel         declared, else the use case's own
-- environment     deployment environment
-- service         service of the first span
-- agent           agent name
-- session_id      session, conversation or thread
-- user_id         user
-- task_id         the user task that several requests belong to
-- region          cloud region
-- device          mobile or desktop
-- arm             randomised arm
-- duration_ms     full response: first span's start to its end [ms]
-- ttft_ms         start of the request to the first token of the answer; null when unknown [ms]
-- perceived_ms    start of the request to what the user first sees or hears of the answer [ms]
-- perceived_kind  what that was: first_token, first_audio or full
-- outcome         ok, error, timeout or cancelled
-- provider        of the call that produced the answer
-- model           of the call that produced the answer
-- tier            of the call that produced the answer
-- models          all models called
-- llm_calls       model calls [count]
-- tool_calls      tool calls [count]
-- retries         second and later attempts [count]
-- fallback        a lower-quality fallback was taken
-- cold_start      something had to start up first
-- input_tokens    prompt tokens of all model calls [tokens]
-- output_tokens   completion tokens of all model calls [tokens]
-- cached_tokens   cached prompt tokens of all model calls [tokens]
-- cost_usd        cost of all calls, as sent or by their tokens; null when that of one is not known [USD]
-- quality         evaluation score of the answer [0..1]
-- spans           spans, duplicates counted once [count]
-- complete        false when the root span never arrived: duration_ms is then a lower bound
-- assembled_at    when this row was made [UTC]
create table requests (
    request_id varchar,
    trace_id varchar,
    started_at timestamptz,
    use_case varchar,
    channel varchar,
    environment varchar,
    service varchar,
    agent varchar,
    session_id varchar,
    user_id varchar,
    task_id varchar,
    region varchar,
    device varchar,
    arm varchar,
    duration_ms double,
    ttft_ms double,
    perceived_ms double,
    perceived_kind varchar,
    outcome varchar,
    provider varchar,
    model varchar,
    tier varchar,
    models varchar[],
    llm_calls integer,
    tool_calls integer,
    retries integer,
    fallback boolean,
    cold_start boolean,
    input_tokens bigint,
    output_tokens bigint,
    cached_tokens bigint,
    cost_usd double,
    quality double,
    spans integer,
    complete boolean,
    assembled_at timestamptz
);
