-- How does conversion fall as answers get slower?
select use_case, from_ms, sessions, conversions, conversion_rate, rate_low, rate_high, fitted, verdict
from dose_response
order by use_case, from_ms
