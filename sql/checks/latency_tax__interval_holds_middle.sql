-- A loss lies within its interval, and so does its worth.
select *
from latency_tax
where
    lost_conversions not between lost_low - 1e-6 and lost_high + 1e-6
    or usd not between usd_low - 1e-6 and usd_high + 1e-6
