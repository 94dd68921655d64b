-- Upper end of the 90 % interval of a compliance (Jeffreys; METHODS, latency tax 11); null when there is nothing to count.
-- parameters: good, total
(
    case
        when total = 0 then null
        when good = total then 1
        else beta_quantile(good + 0.5, total - good + 0.5, 1.6448536269514722)
    end
)
