-- The latency of a request that a metric looks at; null when it is not known [ms].
-- parameters: request, metric
(
    case metric
        when 'first_token' then request.ttft_ms
        when 'perceived' then request.perceived_ms
        when 'response' then request.duration_ms
    end
)
