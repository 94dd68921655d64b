-- The logarithmic bucket of a latency in ms, null for 0 (METHODS, latency tax 10; relative error at most 1 %).
-- parameters: latency_ms
(case when latency_ms > 0 then ceil(ln(latency_ms) / ln(101 / 99)) end::smallint)
