-- Every request is listed once.
select request_id, count(*) as times
from
    request_list(
        '-infinity'::timestamptz, 'infinity'::timestamptz, null, null, null, null, null, null
    )
group by all
having count(*) > 1
