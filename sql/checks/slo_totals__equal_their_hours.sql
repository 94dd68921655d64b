-- Every objective's counters are the sum of its hours.
select slo_totals.use_case, slo_totals.metric, slo_totals.step, slo_totals.threshold_ms
from slo_totals
left join lake.slo_hours as hours
    on
        slo_totals.use_case = hours.use_case
        and slo_totals.metric = hours.metric
        and slo_totals.step is not distinct from hours.step
        and slo_totals.threshold_ms = hours.threshold_ms
group by all
having
    any_value(slo_totals.good) <> coalesce(sum(hours.good), 0)
    or any_value(slo_totals.good + slo_totals.bad) <> coalesce(sum(hours.total), 0)
