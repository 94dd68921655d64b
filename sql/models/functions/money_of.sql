-- The part of a tax that a lever takes away, in money: the share of the loss that it takes away times the tax. Where a curve says that
-- hardly anything is lost that share is chance, and what is gained counts at the rate of the curve that loses most.
-- parameters: gained, lost, usd, most_lost, most_usd
(
    case
        when most_lost = 0 then gained * 0
        when abs(lost) < 0.05 * abs(most_lost) then gained / most_lost * most_usd
        else gained / lost * usd
    end
)
