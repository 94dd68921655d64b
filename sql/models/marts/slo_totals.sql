-- Good, bad and unknown requests of every objective since the lake began: counters, from which a rate over any window can be taken.
-- grain: use_case, metric, step, threshold_ms
-- use_case      as in use_cases
-- metric        first_token, perceived or response
-- step          as in objectives; null for the whole request
-- threshold_ms  as in objectives [ms]
-- objective     share of requests that are to be good [0..1]
-- good          finished well and in time [count]
-- bad           too late, failed, timed out or left [count]
-- unknown       finished with no first token, or time in the step, known: counts neither way [count]
with counted as (
    select
        use_case,
        metric,
        step,
        threshold_ms,
        sum(good) as good,
        sum(total) as total,
        sum(unknown) as unknown,
    from lake.slo_hours
    group by all
)

select
    objectives.use_case,
    objectives.metric,
    objectives.step,
    objectives.threshold_ms,
    any_value(objectives.objective) as objective,
    coalesce(any_value(counted.good), 0)::bigint as good,
    coalesce(any_value(counted.total - counted.good), 0)::bigint as bad,
    coalesce(any_value(counted.unknown), 0)::bigint as unknown,
from objectives
left join counted
    on
        objectives.use_case = counted.use_case
        and objectives.metric = counted.metric
        and objectives.step is not distinct from counted.step
        and objectives.threshold_ms = counted.threshold_ms
group by objectives.use_case, objectives.metric, objectives.step, objectives.threshold_ms
