-- Step times, as in models/staging/step_times.sql, of requests written (n is 1) and of requests taken back (n is -1).
create or replace temp table steps_corrected as
select *
from lake.request_steps
where
    request_id in (select corrected.request_id from corrected)
    and started_at >= (select min(corrected.started_at) from corrected)
    and started_at <= (select max(corrected.started_at) from corrected);

create or replace temp table step_changes as
select *, 1 as n
from step_times('step_sums')
union all
select *, -1 as n
from step_times('steps_corrected')
