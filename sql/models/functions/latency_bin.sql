-- The bin of a latency by its multiple of the budget: how many of the edges it lies above (sql/tax/curve.py); 5 and more are over the budget.
-- parameters: latency_ms, budget_ms
(
    (
        (latency_ms > 0.25 * budget_ms)::integer
        + (latency_ms > 0.4 * budget_ms)::integer
        + (latency_ms > 0.6 * budget_ms)::integer
        + (latency_ms > 0.8 * budget_ms)::integer
        + (latency_ms > budget_ms)::integer
        + (latency_ms > 1.1 * budget_ms)::integer
        + (latency_ms > 1.25 * budget_ms)::integer
        + (latency_ms > 1.5 * budget_ms)::integer
        + (latency_ms > 2 * budget_ms)::integer
        + (latency_ms > 2.5 * budget_ms)::integer
        + (latency_ms > 3 * budget_ms)::integer
        + (latency_ms > 4 * budget_ms)::integer
        + (latency_ms > 6 * budget_ms)::integer
        + (latency_ms > 10 * budget_ms)::integer
        + (latency_ms > 20 * budget_ms)::integer
    )::tinyint
)
