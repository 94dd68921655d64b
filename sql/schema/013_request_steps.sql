-- What each request was waited for, added up by step from the pieces of its critical path: one row, wide, so that a million are read quickly.
-- grain: request_id
-- request_id                  as in requests
-- started_at                  as in requests [UTC]
-- use_case                    as in requests
-- channel                     as in requests
-- environment                 as in requests
-- tier                        as in requests
-- model                       as in requests
-- outcome                     as in requests
-- duration_ms                 as in requests: the sum of all steps [ms]
-- perceived_ms                as in requests: the sum of all steps until then, if the request was not over before [ms]
-- llm_prefill_ms              model calls until their first token [ms]
-- llm_prefill_perceived_ms    of it, what lies before the user first sees or hears of the answer [ms]
-- llm_decode_ms               model calls from their first token on [ms]
-- llm_decode_perceived_ms     of it, what lies before the user first sees or hears of the answer [ms]
-- llm_unsplit_ms              model calls whose first token is unknown [ms]
-- llm_unsplit_perceived_ms    of it, what lies before the user first sees or hears of the answer [ms]
-- embedding_ms                embedding [ms]
-- embedding_perceived_ms      of it, what lies before the user first sees or hears of the answer [ms]
-- retrieval_ms                retrieval [ms]
-- retrieval_perceived_ms      of it, what lies before the user first sees or hears of the answer [ms]
-- rerank_ms                   reranking [ms]
-- rerank_perceived_ms         of it, what lies before the user first sees or hears of the answer [ms]
-- tool_ms                     tools [ms]
-- tool_perceived_ms           of it, what lies before the user first sees or hears of the answer [ms]
-- guardrail_ms                guardrails [ms]
-- guardrail_perceived_ms      of it, what lies before the user first sees or hears of the answer [ms]
-- redaction_ms                redaction [ms]
-- redaction_perceived_ms      of it, what lies before the user first sees or hears of the answer [ms]
-- router_ms                   routing [ms]
-- router_perceived_ms         of it, what lies before the user first sees or hears of the answer [ms]
-- cache_ms                    caches [ms]
-- cache_perceived_ms          of it, what lies before the user first sees or hears of the answer [ms]
-- asr_ms                      speech recognition [ms]
-- asr_perceived_ms            of it, what lies before the user first sees or hears of the answer [ms]
-- tts_ms                      speech synthesis [ms]
-- tts_perceived_ms            of it, what lies before the user first sees or hears of the answer [ms]
-- db_ms                       databases asked by the orchestrator [ms]
-- db_perceived_ms             of it, what lies before the user first sees or hears of the answer [ms]
-- network_ms                  clients, less what their servers took [ms]
-- network_perceived_ms        of it, what lies before the user first sees or hears of the answer [ms]
-- orchestration_ms            agents, workflows and gaps [ms]
-- orchestration_perceived_ms  of it, what lies before the user first sees or hears of the answer [ms]
create table request_steps (
    request_id varchar,
    started_at timestamptz,
    use_case varchar,
    channel varchar,
    environment varchar,
    tier varchar,
    model varchar,
    outcome varchar,
    duration_ms double,
    perceived_ms double,
    llm_prefill_ms double,
    llm_prefill_perceived_ms double,
    llm_decode_ms double,
    llm_decode_perceived_ms double,
    llm_unsplit_ms double,
    llm_unsplit_perceived_ms double,
    embedding_ms double,
    embedding_perceived_ms double,
    retrieval_ms double,
    retrieval_perceived_ms double,
    rerank_ms double,
    rerank_perceived_ms double,
    tool_ms double,
    tool_perceived_ms double,
    guardrail_ms double,
    guardrail_perceived_ms double,
    redaction_ms double,
    redaction_perceived_ms double,
    router_ms double,
    router_perceived_ms double,
    cache_ms double,
    cache_perceived_ms double,
    asr_ms double,
    asr_perceived_ms double,
    tts_ms double,
    tts_perceived_ms double,
    db_ms double,
    db_perceived_ms double,
    network_ms double,
    network_perceived_ms double,
    orchestration_ms double,
    orchestration_perceived_ms double
);
