-- What a model costs a month against another, inside a sentence; empty where it is not known. About the same is within a tenth.
-- parameters: usd_month, other_usd_month
(
    case
        when usd_month is null then ''
        when usd_month between 0.9 * other_usd_month and 1.1 * other_usd_month
            then format(' for about the same {} a month', money_words(usd_month))
        when other_usd_month is not null
            then
                format(
                    ' for {} a month instead of {}',
                    money_words(usd_month),
                    money_words(other_usd_month)
                )
        else format(' for {} a month', money_words(usd_month))
    end
)
