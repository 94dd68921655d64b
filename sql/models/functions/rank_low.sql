-- Rank of the value at which the 90 % interval of the percentile p of a sample begins (METHODS, latency tax 10); null outside the sample.
-- parameters: p, sample_size
(
    case
        when p * sample_size - 1.6448536269514722 * sqrt(p * (1 - p) * sample_size) >= 1
            then p * sample_size - 1.6448536269514722 * sqrt(p * (1 - p) * sample_size)
    end
)
