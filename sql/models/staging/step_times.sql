-- How long requests were waited for in the steps that an objective of their use case names, from a relation with the columns of
-- request_steps. A step that a request did not take took no time; where the request's own time is not known, its steps' is not.
-- grain: request_id, metric, step
-- request_id   as in requests
-- started_at   as in requests [UTC]
-- use_case     as in requests
-- channel      as in requests
-- environment  as in requests
-- tier         as in requests
-- model        as in requests
-- outcome      as in requests
-- metric       perceived or response: the time that the step's part is of
-- step         as in objectives
-- latency_ms   time in the step, or in all steps of the group; null when unknown [ms]
-- parameters: relation
with asked as (
    select
        objectives.use_case,
        objectives.metric,
        objectives.step,
        list(distinct path_steps."position") as positions,
    from objectives
    inner join path_steps on objectives.step in (path_steps.step, path_steps.step_group)
    group by all
)

select
    steps.request_id,
    steps.started_at,
    steps.use_case,
    steps.channel,
    steps.environment,
    steps.tier,
    steps.model,
    steps.outcome,
    asked.metric,
    asked.step,
    case
        when asked.metric = 'response' and steps.duration_ms is not null
            then list_sum(list_select(steps.response, asked.positions))
        when asked.metric = 'perceived' and steps.perceived_ms is not null
            then list_sum(list_select(steps.perceived, asked.positions))
    end as latency_ms,
from (
    select
        *,
        list_value(*columns('_perceived_ms$')) as perceived,
        list_value(
            *columns(lambda name: name like '%_ms' and name not like '%perceived_ms' and name != 'duration_ms')
        ) as response,
    from query_table(relation)
) as steps
inner join asked using (use_case)
