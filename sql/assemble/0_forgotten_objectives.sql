-- What left the settings leaves the counts; if it returns, it is counted anew.
delete from lake.slo_hours as counts
where not exists (
    from slis
    where
        slis.use_case = counts.use_case
        and slis.metric = counts.metric
        and slis.step is not distinct from counts.step
        and slis.threshold_ms = counts.threshold_ms
);

delete from lake.slo_counted as counted
where not exists (
    from slis
    where
        slis.use_case = counted.use_case
        and slis.metric = counted.metric
        and slis.step is not distinct from counted.step
        and slis.threshold_ms = counted.threshold_ms
);

delete from lake.latency_sketch
where
    contains(metric, '/')
    and (use_case, metric) not in (
        select (slis.use_case, latency_name(slis.metric, slis.step))
        from slis
        where slis.step is not null
    )
