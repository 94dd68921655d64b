-- Every step of a request has the milliseconds of its pieces; the steps until the user perceives the answer add up to that moment,
-- or to the end where it came after the end.
with steps as (
    unpivot (select * exclude (started_at, duration_ms, perceived_ms) from lake.request_steps)
    on columns('_ms$') into name step value ms
),

compared as (
    select request_id, replace(step, '_ms', '') as step, ms
    from steps
    where not ends_with(step, '_perceived_ms')
    union all by name
    select request_id, step, -duration_ms as ms
    from lake.critical_path
),

perceived as (
    select request_id, sum(ms) as ms
    from steps
    where ends_with(step, '_perceived_ms')
    group by request_id
)

select request_id, step, sum(ms) as too_many_ms
from compared
group by all
having abs(sum(ms)) > 1e-6
union all
select
    request_steps.request_id,
    'perceived' as step,
    perceived.ms - least(request_steps.perceived_ms, request_steps.duration_ms) as too_many_ms,
from lake.request_steps as request_steps
inner join perceived using (request_id)
where
    request_steps.duration_ms < 9e9
    and not abs(perceived.ms - least(request_steps.perceived_ms, request_steps.duration_ms)) < 1e-6
