-- The interval of a compliance lies around it, within 0 and 1.
select use_case, "position", period, day, compliance_low, compliance, compliance_high
from slo_compliance
where compliance is not null and not (0 <= compliance_low and compliance_high <= 1)
    or not compliance between compliance_low and compliance_high
