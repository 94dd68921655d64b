-- What was lost, as a share of the conversions recorded, or of those due where a deadline was missed.
-- parameters: is_missed, effect
(case when is_missed then 1 - exp(-effect) else exp(effect) - 1 end)
