-- Sessions that are alike, counted: what the fits and the models of the tax read (METHODS, latency tax 2.1).
-- From `sessions_to_count`, shaped as the model tax_sessions; cells add up, over days and over any column.
select
    use_case,
    channel,
    environment,
    tier,
    model,
    asked_model,
    is_fallback,
    arm,
    time_bucket(interval 1 hour, started_at) as hour,
    budget_ms,
    floor(log2(greatest(input_tokens, 1)))::tinyint as token_octave,
    latency_bin(latency_ms, budget_ms) as latency_bin,
    (hash(session) % 2)::tinyint as half,
    count(*) as sessions,
    sum(conversions)::bigint as conversions,
    sum(revenue_usd) as revenue_usd,
    sum(revenue_usd ** 2) as revenue_usd_squared,
    sum(least(greatest(latency_ms - budget_ms, 0), 6000) / 100) as dose,
    sum(ln(greatest(latency_ms, 1))) as ln_latency,
    sum(ln(greatest(input_tokens, 1))) as ln_tokens,
    count(*) filter (where is_mobile) as mobile,
    count(*) filter (where has_failed) as failed,
    count(*) filter (where is_priority) as priority,
from sessions_to_count
group by all
