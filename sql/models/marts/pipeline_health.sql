-- How the pipeline is: how fresh, how fast, what was refused or doubted, what is known of the spans, which keys nobody reads.
-- grain: topic, subject
-- topic    freshness, rate, lag, rejection, flag, redaction, coverage, unmapped_key or unknown_model
-- subject  what is measured; a reason, a fact, an attribute key or a model
-- value    how much; null when there is nothing to measure
-- unit     s, spans, requests, count or ratio [0..1]
-- detail   more about it: an example, who sends it, or how many it rests on
-- is_fine  whether nobody has to look; null when there is nothing to judge
-- parameters: as_of := now()
with loads as (
    select *
    from lake.ingest_log
    where loaded_at <= as_of
),

freshness as (
    select
        'freshness' as topic,
        'newest span' as subject,
        min(epoch_ms(as_of - loaded_at)) filter (where spans > 0) / 1e3 as "value",
        's' as unit,
        'since spans were last loaded' as detail,
    from loads
    union all by name
    select
        'freshness' as topic,
        'newest request' as subject,
        min(epoch_ms(as_of - assembled_at)) / 1e3 as "value",
        's' as unit,
        'since requests were last assembled' as detail,
    from lake.assembly_log
    where assembled_at <= as_of
),

rates as (
    select
        'rate' as topic,
        unnest(['spans last minute', 'spans last hour', 'spans stored']) as subject,
        unnest([
            coalesce(sum(spans) filter (where loaded_at > as_of - interval 1 minute), 0),
            coalesce(sum(spans) filter (where loaded_at > as_of - interval 1 hour), 0),
            coalesce(sum(spans), 0)
        ])::double as "value",
        'spans' as unit,
        null as detail,
    from loads
    union all by name
    select
        'rate' as topic,
        'requests last hour' as subject,
        count(*)::double as "value",
        'requests' as unit,
        null as detail,
    from lake.requests
    where started_at > as_of - interval 1 hour and started_at <= as_of
),

lags as (
    select
        'lag' as topic,
        'received to loaded' as subject,
        max(greatest(epoch_ms(loaded_at - oldest_received_at), 0))
            filter (where oldest_received_at is not null) / 1e3 as "value",
        's' as unit,
        'longest of the last 5 minutes' as detail,
    from loads
    where loaded_at > as_of - interval 5 minutes
),

flagged as (
    select
        flag,
        string_agg(distinct service, ', ' order by service) as services,
    from lake.spans
    where flag is not null and received_at > as_of - interval 7 days and received_at <= as_of
    group by all
),

refusals as (
    select
        case
            when starts_with(reason, 'redacted_') then 'redaction'
            when door = 'loader' and detail = 'kept' then 'flag'
            else 'rejection'
        end as topic,
        reason as subject,
        sum("count")::double as "value",
        'count' as unit,
        coalesce(any_value(flagged.services), any_value(rejections.detail)) as detail,
    from lake.rejections as rejections
    left join flagged on rejections.reason = flagged.flag
    where rejections.at > as_of - interval 7 days and rejections.at <= as_of
    group by all
),

model_calls as (
    select
        count(*) as calls,
        count(model) as with_model,
        count(input_tokens) as with_tokens,
        count(*) filter (where streamed) as streamed,
        count(ttft_ms) filter (where streamed) as with_first_token,
    from lake.spans
    where step = 'llm' and received_at > as_of - interval 1 day and received_at <= as_of
),

recent_requests as (
    select
        count(*) as requests,
        count(use_case) as with_use_case,
        count(session_id) as with_session,
        count(*) filter (where llm_calls > 0) as with_calls,
        count(cost_usd) filter (where llm_calls > 0) as with_cost,
    from lake.requests
    where assembled_at > as_of - interval 1 day and assembled_at <= as_of
),

coverage as (
    select
        'coverage' as topic,
        unnest(['first token of streamed calls', 'model of model calls', 'tokens of model calls'])
            as subject,
        unnest([
            with_first_token / nullif(streamed, 0),
            with_model / nullif(calls, 0),
            with_tokens / nullif(calls, 0)
        ]) as "value",
        'ratio' as unit,
        format('{:,} calls of the last day', unnest([streamed, calls, calls])) as detail,
    from model_calls
    union all by name
    select
        'coverage' as topic,
        unnest(['use case of requests', 'session of requests', 'cost of requests that call models'])
            as subject,
        unnest([
            with_use_case / nullif(requests, 0),
            with_session / nullif(requests, 0),
            with_cost / nullif(with_calls, 0)
        ]) as "value",
        'ratio' as unit,
        format('{:,} requests of the last day', unnest([requests, requests, with_calls])) as detail,
    from recent_requests
),

unmapped as (
    select
        'unmapped_key' as topic,
        "key" as subject,
        sum(spans)::double as "value",
        'spans' as unit,
        string_agg(distinct service, ', ' order by service) as detail,
    from lake.attribute_keys
    where hour > as_of - interval 7 days
    group by all
),

unknown_models as (
    select
        'unknown_model' as topic,
        concat_ws(' at ', spans.model, nullif(price_tier(spans.service_tier), 'standard')) as subject,
        count(*)::double as "value",
        'spans' as unit,
        format(
            'no price, so no cost; in latencytax.toml: [[price]] model = "{}" service_tier = "{}"',
            spans.model,
            price_tier(spans.service_tier)
        ) as detail,
    from lake.spans as spans
    anti join model_prices
        on
            spans.model = model_prices.model
            and price_tier(spans.service_tier) = model_prices.service_tier
            and (
                model_prices.is_default
                or split_part(spans.provider, '.', 1) = model_prices.provider
            )
    where
        spans.cost_usd is null
        and spans.input_tokens is not null
        and spans.model is not null
        and spans.received_at > as_of - interval 1 day
        and spans.received_at <= as_of
        and not (
            price_tier(spans.service_tier) = 'provisioned'
            and exists (
                from lake.reserved_capacity as capacity
                where capacity.model = spans.model and capacity.provider = spans.provider
            )
        )
    group by spans.model, price_tier(spans.service_tier)
),

gathered as (
    from freshness
    union all by name
    from rates
    union all by name
    from lags
    union all by name
    from refusals
    union all by name
    from coverage
    union all by name
    from unmapped
    union all by name
    from unknown_models
)

select
    topic,
    subject,
    "value",
    unit,
    detail,
    case
        when topic = 'freshness' and subject = 'newest span' then "value" <= 300
        when topic = 'lag' then "value" <= 60
        when topic = 'rejection' then ends_with(subject, '_not_read')
        when topic = 'flag' then "value" <= 0.01 * (
            select sum(spans)
            from loads
            where loaded_at > as_of - interval 7 days
        )
        when topic = 'coverage' then "value" >= 0.9
    end as is_fine,
from gathered
