-- Share of the error budget that is left: 1 untouched, 0 gone, negative overdrawn; null when there is nothing to count.
-- parameters: good, total, objective
(1 - (total - good) / nullif(total * (1 - objective), 0))
