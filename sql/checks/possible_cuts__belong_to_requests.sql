-- Every possible cut is of a request that finished well, and takes nothing negative away.
select
    cuts.request_id,
    cuts.lever,
    cuts.cut_ms,
    requests.duration_ms,
from possible_cuts as cuts
left join requests using (request_id)
where requests.request_id is null or requests.outcome != 'ok' or not cuts.cut_ms >= -1
