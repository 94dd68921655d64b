-- Objectives may be about a step's part of a request's time.
-- grain: use_case, metric, step, threshold_ms
-- step  as in objectives; null for the whole request
alter table slo_counted add column step varchar;
