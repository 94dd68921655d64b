-- Which changes would bring most requests within budget?
select use_case, lever, saved_p50_ms, saved_p95_ms, compliance_before, compliance_after, n, assumptions
from opportunities
where verdict = 'saves'
order by compliance_gain desc
limit 20
