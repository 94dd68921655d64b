-- Which model a use case should use, and why, in one or two sentences. Rows of model_fit_period: the one that is chosen (null when none
-- fits), the one that answers most beside it (null when there is none), and the one that keeps the budget most often.
-- parameters: chosen, other, closest
(
    case
        when chosen is not null and other.verdict in ('too_slow', 'fits_at_median_only')
            then
                format(
                    '{} {} {} at p95{}; {} needs {} and misses the {} budget in {} of requests. {} {} here.',
                    chosen.model,
                    answers_in(chosen.metric),
                    duration_words(chosen.p95),
                    cost_words(chosen.usd_month, other.usd_month),
                    other.model,
                    duration_words(other.p95),
                    duration_words(chosen.threshold_ms),
                    share_words(1 - other.compliance),
                    if(chosen.requests >= other.requests, 'Keep', 'Move to'),
                    chosen.model
                )
        when chosen is not null and other.verdict = 'fits'
            then
                format(
                    '{} and {} both keep the {} budget ({} and {} at p95); {}. {} {} here.',
                    chosen.model,
                    other.model,
                    duration_words(chosen.threshold_ms),
                    duration_words(chosen.p95),
                    duration_words(other.p95),
                    preference_words(chosen, other),
                    if(chosen.requests >= other.requests, 'Keep', 'Move to'),
                    chosen.model
                )
        when chosen is not null
            then
                format(
                    '{} {} {} at p95 and keeps the {} budget for {} of requests{}. Keep it here.',
                    chosen.model,
                    answers_in(chosen.metric),
                    duration_words(chosen.p95),
                    duration_words(chosen.threshold_ms),
                    share_words(chosen.compliance),
                    coalesce(format('; {} cannot be told yet', other.model), '')
                )
        when closest.compliance_low < closest.objective and closest.compliance_high >= closest.objective
            then
                format(
                    '{} keeps the {} budget for {} of {:,d} requests, {} are promised: too close or too few to tell.',
                    closest.model,
                    duration_words(closest.threshold_ms),
                    share_words(closest.compliance),
                    closest.total,
                    share_words(closest.objective)
                )
        when closest.compliance is not null
            then
                format(
                    'No model that was asked keeps the {} budget: {} comes closest, {} at p95 and late for {} of requests. '
                    || 'See where the seconds go before you try another.',
                    duration_words(closest.threshold_ms),
                    closest.model,
                    duration_words(closest.p95),
                    share_words(1 - closest.compliance)
                )
        else 'What the budget looks at is not known of any request.'
    end
    || case
        when other.resolved_low > chosen.resolved_high
            then
                format(
                    ' But tasks begun with it are resolved less often ({} against {} with {}).',
                    share_words(chosen.resolved),
                    share_words(other.resolved),
                    other.model
                )
        else ''
    end
)
