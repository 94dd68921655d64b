-- Intervals hold what they are of, shares are between 0 and 1, a verdict is what its interval says.
select
    use_case,
    model,
    requests,
    n,
    total,
    compliance_low,
    compliance,
    compliance_high,
    p50,
    p95,
    p99,
    verdict,
    is_recommended,
from model_fit
where
    n > total
    or total > requests
    or compliance not between compliance_low and compliance_high
    or p50_low > p50
    or p50 > p50_high
    or p95_low > p95
    or p95 > p95_high
    or p50 > p95
    or p95 > p99
    or quality not between 0 and 1
    or resolved not between resolved_low and resolved_high
    or usd_per_request < 0
    or tasks > requests
    or (verdict = 'fits' and compliance_low < objective)
    or (verdict in ('too_slow', 'fits_at_median_only') and compliance_high >= objective)
    or (is_recommended and verdict != 'fits')
