-- Counts, from all requests, of the objectives that the settings have and slo_hours does not count yet.
create or replace temp table slo_changed as
with new_objectives as (
    select distinct use_case, metric, threshold_ms
    from objectives
    anti join lake.slo_counted using (use_case, metric, threshold_ms)
),

judged as (
    select
        requests.*,
        new_objectives.metric,
        new_objectives.threshold_ms,
        is_good(
            requests.outcome,
            latency_of(
                new_objectives.metric,
                requests.ttft_ms,
                requests.perceived_ms,
                requests.duration_ms
            ),
            new_objectives.threshold_ms
        ) as is_good,
    from lake.requests as requests
    inner join new_objectives on requests.use_case = new_objectives.use_case
)

select
    date_trunc('hour', started_at) as hour,
    use_case,
    channel,
    environment,
    tier,
    metric,
    threshold_ms,
    count(*) filter (where is_good) as good,
    count(is_good) as total,
    count(*) - count(is_good) as unknown,
from judged
group by all
