-- The bucket of a call's time in ms: every fourth latency bucket, within 5 % of its bucket_ms; null for 0.
-- parameters: call_ms
((floor(latency_bucket(call_ms) / 4) * 4 + 2)::smallint)
