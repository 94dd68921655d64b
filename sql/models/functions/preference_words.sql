-- Why one of two models that both fit is to be preferred. Rows of model_fit_period.
-- parameters: chosen, other
(
    case
        when other.resolved_high < chosen.resolved_low
            then
                format(
                    'tasks begun with {} are resolved less often ({} against {})',
                    other.model,
                    share_words(other.resolved),
                    share_words(chosen.resolved)
                )
        when other.quality_high < chosen.quality_low
            then
                format(
                    'answers of {} are rated lower ({} against {})',
                    other.model,
                    share_words(other.quality),
                    share_words(chosen.quality)
                )
        when chosen.usd_month < other.usd_month
            then
                format(
                    '{} costs {} a month instead of {}',
                    chosen.model,
                    money_words(chosen.usd_month),
                    money_words(other.usd_month)
                )
        else format('{} is the quicker one', chosen.model)
    end
)
