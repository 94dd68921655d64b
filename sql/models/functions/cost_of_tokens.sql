-- What the tokens of a call cost at a price; null when the tokens, or the price of some, are not known [USD].
-- parameters: price, call
(
    case
        when call.input_tokens is not null
            then
                (
                    greatest(call.input_tokens - coalesce(call.cached_tokens, 0), 0)
                    * price.input_usd_per_mtok
                    + least(coalesce(call.cached_tokens, 0), call.input_tokens)
                    * coalesce(price.cached_input_usd_per_mtok, price.input_usd_per_mtok)
                    + case
                        when call.output_tokens > 0 then call.output_tokens * price.output_usd_per_mtok
                        else 0
                    end
                ) / 1e6
    end
)
