-- A figure lies within its interval, and there is none where nothing is measured.
select *
from latency_tax_told
where money not between money_low - 1e-6 and money_high + 1e-6 or (measured = 0 and usd is not null)
