-- In `taken`, the spans of a model call that do not stand for it are no calls and cost nothing; the one that does knows it all.
update taken
set
    step = 'other',
    input_tokens = null,
    output_tokens = null,
    cached_tokens = null,
    cost_usd = null
where
    (
        rowid in (select nested.outer_row from nested)
        or rowid in (select nested.inner_row from nested)
    )
    and rowid not in (select merged.call_row from merged);

update taken
set
    ended_at = merged.ended_at,
    duration_ms = epoch_us(merged.ended_at - taken.started_at) / 1e3,
    model = merged.model,
    tier = merged.tier,
    asked_model = merged.asked_model,
    provider = merged.provider,
    service_tier = merged.service_tier,
    hedge_group = merged.hedge_group,
    finish_reason = merged.finish_reason,
    streamed = merged.streamed,
    ttft_ms = epoch_us(merged.first_token_at - taken.started_at) / 1e3,
    input_tokens = merged.input_tokens,
    output_tokens = merged.output_tokens,
    cached_tokens = merged.cached_tokens,
    cost_usd = merged.cost_usd
from merged
where taken.rowid = merged.call_row
