-- What of a period's latency tax is counted from another budget than the settings have now: days whose requests were deleted by [retention] cannot be counted anew.
-- grain: use_case, budget_ms
-- use_case       as in use_cases
-- title         the use case, for people
-- budget_ms     the budget of then; null when it had none [ms]
-- budget_now_ms  the budget of now; null when it has none [ms]
-- last_hour     start of the last hour that is counted so [UTC]
-- parameters: from_at := now() - interval 28 day, to_at := now(), use_case_list := null::varchar[]
select
    cells.use_case,
    use_cases.title,
    cells.budget_ms,
    objectives.threshold_ms as budget_now_ms,
    max(cells.hour) as last_hour,
from lake.tax_cells as cells
inner join use_cases on cells.use_case = use_cases.name
left join objectives on cells.use_case = objectives.use_case and objectives."position" = 1
where
    cells.hour >= hour_from(from_at)
    and cells.hour < to_at::timestamptz
    and cells.hour < kept_from('requests')
    and cells.budget_ms is distinct from objectives.threshold_ms
    and is_chosen(use_case_list, cells.use_case)
group by all
