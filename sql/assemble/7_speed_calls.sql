-- Calls that were paid for to be fast, one row for each and its kind. All that a call cost, when its answer was not used: it lost the
-- race of its hedge group, was guessed for nothing, or was given up for slowness and made again; with all calls below it. Of the
-- others, what a price tier that promises speed costs more, and what a fallback costs less.
--   row_id                       rowid in `taken`, of which it has what its cost is reckoned from
--   asked_provider, asked_model  what was asked for first
create or replace temp table speed_calls as
with placed as (
    select
        taken.rowid as row_id,
        row_number() over (
            partition by taken.trace_id, tangled.entry_id, taken.hedge_group
            order by
                taken.status = 'error' or coalesce(taken.cancelled, false),
                taken.ended_at,
                taken.started_at,
                taken.span_id
        ) as place,
    from taken
    left join tangled on taken.rowid = tangled.row_id
    where taken.hedge_group is not null
),

unused as (
    select row_id, 'hedge' as kind
    from placed
    where place > 1
    union all
    select rowid as row_id, 'speculative' as kind
    from taken
    where speculative and cancelled
    union all
    select attempts.row_id, 'retry' as kind
    from attempts
    inner join taken on attempts.row_id = taken.rowid
    where
        attempts.is_followed
        and (
            coalesce(taken.cancelled, false)
            or has_timed_out(taken.http_status, taken.error_type, taken.finish_reason)
        )
),

near as (
    select taken.rowid as row_id, taken.trace_id, taken.span_id, taken.parent_span_id
    from taken
    where
        trace_id in (
            select unused_spans.trace_id
            from taken as unused_spans
            where unused_spans.rowid in (select unused.row_id from unused)
        )
),

below as (
    with recursive walk as (
        select unused.row_id, unused.kind, near.trace_id, near.span_id
        from unused
        inner join near using (row_id)
        union
        select near.row_id, walk.kind, near.trace_id, near.span_id
        from walk
        inner join near
            on walk.trace_id = near.trace_id and walk.span_id = near.parent_span_id
    )

    select row_id, min(kind) as kind
    from walk
    group by row_id
),

calls as (
    select
        taken.rowid as row_id,
        taken.trace_id,
        taken.step,
        taken.status,
        taken.provider,
        taken.model,
        taken.input_tokens,
        taken.output_tokens,
        taken.cached_tokens,
        taken.cost_usd,
        taken.fallback,
        buys_speed(taken.service_tier) as is_dear,
        coalesce(attempts.asked_provider, taken.provider) as asked_provider,
        coalesce(attempts.asked_model, taken.asked_model) as asked_model,
        below.kind as unused_kind,
    from taken
    left join below on taken.rowid = below.row_id
    left join attempts on taken.rowid = attempts.row_id
    where
        taken.step not in ('agent', 'workflow')
        and (taken.step = 'llm' or coalesce(taken.cost_usd, taken.input_tokens) is not null)
        and (below.row_id is not null or buys_speed(taken.service_tier) or taken.fallback)
)

select unused_kind as kind, calls.*
from calls
where unused_kind is not null
union all
select 'premium' as kind, calls.*
from calls
where unused_kind is null and is_dear
union all
select 'fallback_saving' as kind, calls.*
from calls
where
    unused_kind is null
    and fallback
    and step = 'llm'
    and status != 'error'
    and asked_model is distinct from model
