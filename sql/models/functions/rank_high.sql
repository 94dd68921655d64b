-- Rank of the value at which the 90 % interval of the percentile p of a sample ends; beyond the sample when it is too small to have one.
-- parameters: p, sample_size
(p * sample_size + 1.6448536269514722 * sqrt(p * (1 - p) * sample_size))
