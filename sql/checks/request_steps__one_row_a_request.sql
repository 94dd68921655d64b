-- Every request has its row, and only one, with the words that the request has.
-- Left out: requests of before the table was kept.
select requests.request_id, count(steps.request_id) as times
from lake.requests as requests
full join lake.request_steps as steps
    on
        requests.request_id = steps.request_id
        and requests.started_at = steps.started_at
        and requests.use_case is not distinct from steps.use_case
        and requests.outcome = steps.outcome
where
    requests.request_id is null
    or requests.assembled_at >= (
        select min(first_requests.assembled_at)
        from lake.requests as first_requests
        semi join lake.request_steps using (request_id)
    )
group by all
having count(steps.request_id) != 1 or requests.request_id is null
