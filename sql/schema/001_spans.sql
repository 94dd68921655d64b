-- One span as received. A span that a sender repeated in other bytes stands here twice.
-- grain: none
-- trace_id          lower-case hex
-- span_id           lower-case hex
-- parent_span_id    lower-case hex; null for a root
-- name              as sent; [text] when it was one
-- kind              internal, server, client, producer, consumer or unspecified
-- started_at        start [UTC]
-- duration_ms       end minus start, 0 when the end lies before the start [ms]
-- status            unset, ok or error
-- status_message    as sent, without what it quotes
-- service           service.name, unknown_service when the sender gave none
-- environment       deployment.environment.name
-- region            cloud region of the sender
-- scope             instrumentation scope
-- step              agent, workflow, llm, embedding, retrieval, rerank, tool, guardrail, redaction, router, cache, asr, tts, http, db or other
-- use_case          declared, or matched by the use cases' globs
-- channel           declared channel
-- agent             agent name
-- session_id        session, conversation or thread
-- user_id           user
-- task_id           the user task that several requests belong to
-- provider          model provider, under its name in genai-prices
-- model             model without provider prefix and release date
-- tier              model tier, declared or by model name
-- input_tokens      prompt tokens, those of a cache included [tokens]
-- output_tokens     completion tokens [tokens]
-- cached_tokens     prompt tokens read from a cache [tokens]
-- reasoning_tokens  tokens thought, not shown [tokens]
-- ttft_ms           time to first token from the start of the span; null when unknown or not believable [ms]
-- ttft_source       the attribute or event that ttft_ms came from
-- streamed          whether the answer was streamed, as sent or because its first token is known
-- tool              tool name
-- target            server or database called
-- http_status       HTTP response status
-- finish_reason     why the model stopped
-- retry             attempt number, 0 for the first
-- fallback          a lower-quality fallback was taken
-- cancelled         the orchestrator cancelled this branch
-- cost_usd          cost as sent [USD]
-- quality           evaluation score [0..1]
-- attributes        attributes as sent, prompt and answer texts left out
-- resource          resource attributes as sent
-- events            span events: name, at, attributes
-- received_at       when the collector took it in [UTC]
-- is_async          nobody waits for this span
-- is_final          this call produced the answer
-- first_audio_ms    first audio from the start of the span [ms]
-- cold_start        the span waited for something to start up
-- device            mobile or desktop
-- arm               randomised arm
-- host              clock domain: service.instance.id, else host.name
-- is_turn           a user's turn: a request of its own inside its trace; false: no request when it stands alone
-- error_type        class of the error
-- flag              what is doubtful: end_before_start, far_future, far_past or ttft_not_believable
-- cache_write_tokens  prompt tokens written to a cache [tokens]
-- workflow          name of the workflow, pipeline, crew or trace
create table spans (
    trace_id varchar,
    span_id varchar,
    parent_span_id varchar,
    name varchar,
    kind varchar,
    started_at timestamptz,
    duration_ms double,
    status varchar,
    status_message varchar,
    service varchar,
    environment varchar,
    region varchar,
    scope varchar,
    step varchar,
    use_case varchar,
    channel varchar,
    agent varchar,
    session_id varchar,
    user_id varchar,
    task_id varchar,
    provider varchar,
    model varchar,
    tier varchar,
    input_tokens bigint,
    output_tokens bigint,
    cached_tokens bigint,
    reasoning_tokens bigint,
    ttft_ms double,
    ttft_source varchar,
    streamed boolean,
    tool varchar,
    target varchar,
    http_status integer,
    finish_reason varchar,
    retry integer,
    fallback boolean,
    cancelled boolean,
    cost_usd double,
    quality double,
    attributes struct("key" varchar, "value" varchar)[],
    resource struct("key" varchar, "value" varchar)[],
    events struct(
        name varchar, "at" timestamptz, attributes struct("key" varchar, "value" varchar)[]
    )[],
    received_at timestamptz,
    is_async boolean,
    is_final boolean,
    first_audio_ms double,
    cold_start boolean,
    device varchar,
    arm varchar,
    host varchar,
    is_turn boolean,
    error_type varchar,
    flag varchar,
    cache_write_tokens bigint,
    workflow varchar
);
