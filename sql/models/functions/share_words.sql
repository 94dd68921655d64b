-- A share for people: 96.2 %, 62 %; only what is whole reads as 100 %.
-- parameters: share
(
    case
        when share < 1 then replace(format('{:.1f} %', least(100 * share, 99.9)), '.0 %', ' %')
        else '100 %'
    end
)
