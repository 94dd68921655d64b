-- Which requests took longest today, and what did they wait for?
select requests.request_id, requests.use_case, requests.duration_ms, path.step, path.name, path.duration_ms as step_ms
from requests
inner join critical_path as path on requests.request_id = path.request_id
where requests.started_at > now() - interval 1 day
qualify row_number() over (partition by requests.request_id order by path.duration_ms desc) = 1
order by requests.duration_ms desc
limit 20
