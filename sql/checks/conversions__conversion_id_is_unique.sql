-- Every conversion is there once.
select conversion_id, count(*) as times
from conversions
group by all
having count(*) > 1
