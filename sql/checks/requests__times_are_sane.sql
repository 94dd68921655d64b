-- No time of a request is negative, and what is perceived first is not before it exists.
select request_id, duration_ms, ttft_ms, perceived_ms, perceived_kind
from lake.requests
where
    duration_ms is null
    or duration_ms < 0
    or ttft_ms < 0
    or perceived_ms < 0
    or (perceived_kind = 'first_token' and perceived_ms is distinct from ttft_ms)
