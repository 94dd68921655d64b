-- Where do the seconds of the slowest requests go?
select use_case, band, step, ms, share, n
from where_time_goes(now() - interval 7 day, now())
where metric = 'response' and band = 'p99+'
order by use_case, ms desc
