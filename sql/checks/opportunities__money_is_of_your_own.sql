-- What a lever gives back lies within its interval, and is told only where the tax is measured or blended: never of benchmarks.
select *
from opportunities
where
    not usd_week between usd_week_low and usd_week_high
    or (usd_week is not null) is distinct from (usd_verdict in ('measured', 'blended'))
