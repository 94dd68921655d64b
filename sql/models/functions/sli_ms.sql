-- The latency of a request that an objective looks at: the request's own, or that of its step; null when it is not known [ms].
-- parameters: metric, step, step_ms, ttft_ms, perceived_ms, duration_ms
(case when step is null then latency_of(metric, ttft_ms, perceived_ms, duration_ms) else step_ms end)
