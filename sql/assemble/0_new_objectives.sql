-- Objectives that the settings have and slo_hours does not count yet, counted from all requests; and the latencies of the steps that
-- none of them named before.
create or replace temp table new_objectives as
select *
from slis
anti join lake.slo_counted as counted
    on
        slis.use_case = counted.use_case
        and slis.metric = counted.metric
        and slis.step is not distinct from counted.step
        and slis.threshold_ms = counted.threshold_ms;

create or replace temp table slo_changed as
with new_step_times as (
    select *
    from step_times('lake.request_steps')
    semi join new_objectives using (use_case, metric, step)
),

judged as (
    select
        requests.*,
        new_objectives.metric,
        new_objectives.step,
        new_objectives.threshold_ms,
        is_good(
            requests.outcome,
            sli_ms(
                new_objectives.metric,
                new_objectives.step,
                new_step_times.latency_ms,
                requests.ttft_ms,
                requests.perceived_ms,
                requests.duration_ms
            ),
            new_objectives.threshold_ms
        ) as is_good,
    from lake.requests as requests
    inner join new_objectives on requests.use_case = new_objectives.use_case
    left join new_step_times
        on
            requests.request_id = new_step_times.request_id
            and new_objectives.metric = new_step_times.metric
            and new_objectives.step = new_step_times.step
)

select
    date_trunc('hour', started_at) as hour,
    use_case,
    channel,
    environment,
    tier,
    metric,
    step,
    threshold_ms,
    count(*) filter (where is_good) as good,
    count(is_good) as total,
    count(*) - count(is_good) as unknown,
from judged
group by all;

create or replace temp table sketched as
with new_steps as (
    select distinct use_case, metric, step
    from new_objectives
    anti join lake.slo_counted using (use_case, metric, step)
    where step is not null
)

select
    date_trunc('hour', started_at) as hour,
    use_case,
    channel,
    environment,
    model,
    tier,
    latency_name(metric, step) as metric,
    latency_bucket(latency_ms) as bucket,
    count(*) as n,
from step_times('lake.request_steps')
semi join new_steps using (use_case, metric, step)
where outcome = 'ok' and latency_ms is not null
group by all
