-- Whether a request meets a threshold: finished well and in time. Failures, time-outs and abandonments do not; null when its latency is not known.
-- parameters: outcome, latency_ms, threshold_ms
(case when outcome = 'ok' then latency_ms <= threshold_ms else false end)
