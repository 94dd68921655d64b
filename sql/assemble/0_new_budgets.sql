-- Requests of the budgets that the settings have and model_hours does not count yet, for 8_models_changed.
create or replace temp view model_changes as
with counted as (
    select distinct use_case, metric, threshold_ms
    from lake.model_hours
),

new_budgets as (
    select use_case
    from objectives
    anti join counted using (use_case, metric, threshold_ms)
    where "position" = 1
)

select requests.*, 1 as n
from lake.requests as requests
semi join new_budgets using (use_case)
