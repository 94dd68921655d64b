-- `pieces` added up by step, whole and until the user perceives the answer, one row a request. Columns as in
-- schema/013_request_steps.sql. Whole nanoseconds are added: doubles hold those of 104 days.
create or replace temp table step_sums as
with measured as (
    select
        pieces.request_row,
        pieces.step,
        sum((pieces.to_ns - pieces.from_ns)::double) as ns,
        sum(
            greatest(0, least(pieces.to_ns, nanoseconds(assembled.perceived_ms)) - pieces.from_ns)::double
        ) as perceived_ns,
    from pieces
    inner join assembled on pieces.request_row = assembled.rowid
    group by all
),

by_step as (
    pivot measured
    on step in (
        'llm_prefill', 'llm_decode', 'llm_unsplit', 'embedding', 'retrieval', 'rerank', 'tool',
        'guardrail', 'redaction', 'router', 'cache', 'asr', 'tts', 'db', 'network', 'orchestration'
    )
    using sum(ns) as ms, sum(perceived_ns) as perceived_ms
    group by request_row
)

select
    assembled.request_id,
    assembled.started_at,
    assembled.use_case,
    assembled.channel,
    assembled.environment,
    assembled.tier,
    assembled.model,
    assembled.outcome,
    assembled.duration_ms,
    assembled.perceived_ms,
    coalesce(columns(by_step.* exclude (request_row)) / 1e6, 0),
from assembled
left join by_step on assembled.rowid = by_step.request_row
