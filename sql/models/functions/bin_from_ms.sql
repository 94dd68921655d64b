-- The latency at which a latency bin begins (sql/tax/curve.py) [ms].
-- parameters: latency_bin, budget_ms
(([0, 0.25, 0.4, 0.6, 0.8, 1, 1.1, 1.25, 1.5, 2, 2.5, 3, 4, 6, 10, 20])[latency_bin + 1]::double * budget_ms)
