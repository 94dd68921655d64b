-- Every request is there once.
select request_id, count(*) as times
from lake.requests
group by all
having count(*) > 1
