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

sizes as (
    select tier, min(typical_low_ms) as size
    from model_tiers
    group by tier
),

siblings as (
    select
        taken.rowid as row_id,
        taken.trace_id,
        taken.parent_span_id,
        taken.span_id,
        taken.started_at,
        taken.ended_at,
        taken.provider,
        coalesce(taken.asked_model, taken.model) as asked_model,
        sizes.size,
        coalesce(
            lag(taken.status = 'error' or coalesce(taken.cancelled, false)) over in_order
            and lag(taken.ended_at) over in_order <= taken.started_at
            and (
                taken.retry > 0
                or taken.fallback
                or lag(split_part(taken.name, ' ', 1)) over in_order = split_part(taken.name, ' ', 1)
            ),
            false
        ) as is_again,
    from taken
    semi join unlucky using (trace_id, parent_span_id)
    left join sizes using (tier)
    where taken.step = 'llm'
    window in_order as (
        partition by taken.trace_id, taken.parent_span_id
        order by taken.started_at, taken.ended_at, taken.span_id
    )
),

chained as (
    select
        *,
        count_if(not is_again) over in_order as chain,
        coalesce(lead(is_again) over in_order, false) as is_followed,
    from siblings
    window in_order as (
        partition by trace_id, parent_span_id order by started_at, ended_at, span_id
    )
)

select
    row_id,
    is_followed,
    first_value(provider) over in_chain as asked_provider,
    first_value(asked_model) over in_chain as asked_model,
    coalesce(first_value(size) over in_chain > size, false) as is_downgrade,
from chained
window in_chain as (
    partition by trace_id, parent_span_id, chain order by started_at, ended_at, span_id
);

update taken
set fallback = true
from attempts
where
    taken.rowid = attempts.row_id
    and attempts.is_downgrade
    and taken.fallback is null
