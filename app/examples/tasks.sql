-- Does the smaller model save the user time, or does the task take longer?
select use_case, clock, smaller_tier, larger_tier, first_turn_smaller_ms, first_turn_larger_ms, difference_ms, difference_low_ms, difference_high_ms, verdict
from task_tiers
order by use_case, clock
