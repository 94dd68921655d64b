-- A conversion follows a request that is there, of its own session where it has one.
select conversions.conversion_id, conversions.request_id
from conversions
left join lake.requests as requests using (request_id)
where
    conversions.request_id is not null
    and (
        requests.request_id is null
        or (
            conversions.session_id != requests.session_id
            and conversions.trace_id is distinct from requests.trace_id
        )
    )
