-- Objectives that a period, or their own window before its end, reaches further back than they are counted: they came to the settings when older requests had been deleted by [retention] already.
-- grain: use_case, position
-- use_case      as in objectives
-- title         the use case, for people
-- position      as in objectives
-- metric        as in objectives
-- step          as in objectives
-- threshold_ms  as in objectives [ms]
-- counted_from  no request before this midnight is counted in it [UTC]
-- parameters: from_at := now() - interval 28 day, to_at := now(), use_case_list := null::varchar[]
select
    objectives.use_case,
    use_cases.title,
    objectives."position",
    objectives.metric,
    objectives.step,
    objectives.threshold_ms,
    max(retention.kept_from) as counted_from,
from objectives
inner join use_cases on objectives.use_case = use_cases.name
inner join lake.slo_counted as counted
    on
        objectives.use_case = counted.use_case
        and objectives.metric = counted.metric
        and objectives.step is not distinct from counted.step
        and objectives.threshold_ms = counted.threshold_ms
inner join lake.retention as retention
    on retention.kind = 'requests' and counted.counted_at >= retention.pruned_at
where is_chosen(use_case_list, objectives.use_case)
group by all
having
    counted_from > least(
        from_at::timestamptz, to_at::timestamptz - to_days(any_value(objectives.window_days))
    )
