-- What did slow answers cost in the last 28 days?
select use_case, part, lost_conversions, lost_low, lost_high, usd, usd_low, usd_high, verdict, source, reason
from latency_tax_period(now() - interval 28 day, now())
order by usd desc nulls last
