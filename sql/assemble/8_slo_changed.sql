-- What `corrected` (requests taken back) and `assembled` (requests written) change in the counts of every objective.
create or replace temp table slo_changed as
with thresholds as (
    select distinct use_case, metric, threshold_ms
    from objectives
),

changes as (
    select *, 1 as n
    from assembled
    union all by name
    select *, -1 as n
    from corrected
),

judged as (
    select
        changes.*,
        thresholds.metric,
        thresholds.threshold_ms,
        is_good(
            changes.outcome,
            latency_of(
                thresholds.metric, changes.ttft_ms, changes.perceived_ms, changes.duration_ms
            ),
            thresholds.threshold_ms
        ) as is_good,
    from changes
    inner join thresholds on changes.use_case = thresholds.use_case
)

select
    date_trunc('hour', started_at) as hour,
    use_case,
    channel,
    environment,
    tier,
    metric,
    threshold_ms,
    coalesce(sum(n) filter (where is_good), 0) as good,
    coalesce(sum(n) filter (where is_good is not null), 0) as total,
    coalesce(sum(n) filter (where is_good is null), 0) as unknown,
from judged
group by all
having good != 0 or total != 0 or unknown != 0
