-- Objectives that slo_hours counts. An objective that is new in the settings is counted from all requests when the collector starts.
-- grain: use_case, metric, threshold_ms
-- use_case      as in objectives
-- metric        as in objectives
-- threshold_ms  as in objectives [ms]
-- counted_at    since when [UTC]
create table slo_counted (
    use_case varchar,
    metric varchar,
    threshold_ms double,
    counted_at timestamptz
);
