-- Objectives may be about a step's part of a request's time.
-- grain: none
-- step  as in objectives; null for the whole request
alter table slo_hours add column step varchar;
