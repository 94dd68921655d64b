-- The latency that stands for a bucket: within 1 % of every latency in it.
-- parameters: bucket
(coalesce(2 * (101 / 99) ** bucket / (101 / 99 + 1), 0))
