-- Model calls that failed or were given up, and those that took their place: siblings one after the other, of one operation or said
-- to be a retry or a fallback. One of a lower tier than was asked for first is a fallback, if its span does not say otherwise.
--   row_id                       rowid in `taken` of the call
--   asked_provider, asked_model  what the first of them asked for
--   is_followed                  another call took its place
create or replace temp table attempts as
with unlucky as (
    select distinct trace_id, parent_span_id
    from taken
    where step = 'llm' and parent_span_id is not null and (status = 'error' or cancelled)
),

siblings as (
    select
        taken.*,
        taken.rowid as row_id,
        lag(taken.status = 'error' or coalesce(taken.cancelled, false)) over in_order
        and lag(taken.ended_at) over in_order <= taken.started_at
        and (
            coalesce(taken.retry > 0, false)
            or coalesce(taken.fallback, false)
            or lag(split_part(taken.name, ' ', 1)) over in_order = split_part(taken.name, ' ', 1)
        ) as is_again,
    from taken
    semi join unlucky using (trace_id, parent_span_id)
    where taken.step = 'llm'
    window in_order as (
        partition by taken.trace_id, taken.parent_span_id
        order by taken.started_at, taken.ended_at, taken.span_id
    )
),

chained as (
    select
        *,
        count_if(not coalesce(is_again, false)) over in_order as chain,
        coalesce(lead(is_again) over in_order, false) as is_followed,
    from siblings
    window in_order as (
        partition by trace_id, parent_span_id order by started_at, ended_at, span_id
    )
),

sizes as (
    select tier, min(typical_low_ms) as size
    from model_tiers
    group by tier
)

select
    chained.row_id,
    first.provider as asked_provider,
    coalesce(first.asked_model, first.model) as asked_model,
    chained.is_followed,
    coalesce(asked.size > answered.size, false) as is_downgrade,
from chained
inner join chained as first
    on
        chained.trace_id = first.trace_id
        and chained.parent_span_id = first.parent_span_id
        and chained.chain = first.chain
        and not coalesce(first.is_again, false)
left join sizes as asked on first.tier = asked.tier
left join sizes as answered on chained.tier = answered.tier;

update taken
set fallback = true
from attempts
where
    taken.rowid = attempts.row_id
    and attempts.is_downgrade
    and taken.fallback is null
