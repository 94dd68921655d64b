-- Whether a request meets a threshold: finished well and in time. Failures, time-outs and abandonments do not; null when its latency is not known.
-- parameters: request, metric, threshold_ms
(
    case
        when request.outcome = 'ok' then latency_of(request, metric) <= threshold_ms
        else false
    end
)
