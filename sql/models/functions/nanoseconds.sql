-- Milliseconds as whole nanoseconds; what a wrong clock makes longer than 31 years is 31 years.
-- parameters: ms
round(1e6 * case when ms > 1e12 then 1e12 when ms < -1e12 then -1e12 else ms end)::bigint
