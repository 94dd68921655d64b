-- Which budgets are kept, and which are missed?
select use_case, metric, threshold_ms, compliance, compliance_low, compliance_high, objective, verdict
from slo_compliance
where period = 'window'
order by compliance nulls last
