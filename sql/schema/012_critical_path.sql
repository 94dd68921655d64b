-- One contiguous piece of a request's time: what was being waited for. The pieces of a request follow each other and add up to its
-- duration (METHODS, critical path 2 and 3).
-- grain: request_id, seq
-- request_id   as in requests
-- seq          1 is the earliest
-- span_id      the span that the piece belongs to; 0000000000000000 for a root that never arrived
-- step         llm_prefill, llm_decode, llm_unsplit, embedding, retrieval, rerank, tool, guardrail, redaction, router, cache, asr, tts, db, network or orchestration
-- name         name of that span
-- started_at   start of the piece [UTC]
-- duration_ms  its length [ms]
-- perceived    whether it lies before what the user first sees or hears of the answer
create table critical_path (
    request_id varchar,
    seq integer,
    span_id varchar,
    step varchar,
    name varchar,
    started_at timestamptz,
    duration_ms double,
    perceived boolean
);
