-- How user tasks went whose first request a model was to answer, whatever answered in the end.
-- grain: use_case, model
-- use_case  as in task_completion
-- model     as in task_completion
-- n         tasks; of a part of the sessions where a period has more than 100,000 requests (sampled_one_in) [count]
-- resolved  tasks that were resolved [count]
-- turns     mean turns [count]
-- parameters: from_at, to_at, use_case_list, channel_list, environment_list
select
    use_case,
    model,
    count(*) as n,
    count_if(resolved) as resolved,
    avg(turns) as turns,
from task_completion(
    from_at, to_at, use_case_list, channel_list, environment_list,
    sampled_one_in(from_at, to_at, use_case_list, 100000)
)
where ended_at < to_at::timestamptz - interval 10 minute
group by use_case, model
