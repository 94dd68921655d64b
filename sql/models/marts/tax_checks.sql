-- The checks that the newest fit of each use case went through.
-- grain: use_case, check_name
-- use_case    as in use_cases
-- check_name  placebo: slowness within the budget "explains" nothing; agreement: the pieces of evidence do not contradict each other; future: the next hour's slowness "explains" nothing of this hour's conversions; incidents: hours in which one model was slow are clear enough to be used (F of the first stage is 10 or more)
-- outcome     passed, failed, warning, or not_made where there is too little to tell
-- statistic   z of placebo and future, F of incidents; null for agreement
select
    use_case,
    'placebo' as check_name,
    case
        when placebo_z is null then 'not_made'
        when abs(placebo_z) < 2.58 then 'passed'
        else 'failed'
    end as outcome,
    placebo_z as statistic,
from tax_fits
union all
select
    use_case,
    'agreement',
    case
        when within_hour is null or coalesce(provider, experiment) is null then 'not_made'
        when is_conflict then 'failed'
        else 'passed'
    end,
    null,
from tax_fits
union all
select
    use_case,
    'future',
    case
        when future_z is null then 'not_made'
        when abs(future_z) < 2.58 then 'passed'
        else 'warning'
    end,
    future_z,
from tax_fits
union all
select
    use_case,
    'incidents',
    case when provider is null then 'not_made' else 'passed' end,
    provider_f,
from tax_fits
