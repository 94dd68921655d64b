-- A sum for people: $145k, $1.2M, $85, $0.42.
-- parameters: usd
(
    case
        when usd >= 999500 then format('${:.1f}M', usd / 1e6)
        when usd >= 9950 then format('${:.0f}k', usd / 1e3)
        when usd >= 99.5 then format('${:,d}', round(usd)::bigint)
        when usd >= 9.95 then format('${:.0f}', usd)
        else format('${:.2f}', usd)
    end
)
