-- The part of a distribution that a latency lies in; limits: its 50th, 95th and 99th percentile [ms].
-- parameters: latency_ms, limits
(
    case
        when latency_ms <= limits[1] then 'p0-50'
        when latency_ms <= limits[2] then 'p50-95'
        when latency_ms <= limits[3] then 'p95-99'
        when latency_ms > limits[3] then 'p99+'
    end
)
