-- The latency of a request that a metric looks at; null when it is not known [ms].
-- parameters: metric, ttft_ms, perceived_ms, duration_ms
(
    case metric
        when 'first_token' then ttft_ms
        when 'perceived' then perceived_ms
        when 'response' then duration_ms
    end
)
