-- How many times faster than allowed an error budget burns at a compliance; null when there was nothing to count.
-- parameters: compliance, objective
((1 - compliance) / (1 - objective))
