-- What `corrected` (requests taken back) and `assembled` (requests written) change in the counts of every objective.
create or replace temp table slo_changed as
with changes as (
    select *, 1 as n
    from assembled
    union all by name
    select *, -1 as n
    from corrected
),

judged as (
    select
        changes.*,
        slis.metric,
        slis.step,
        slis.threshold_ms,
        is_good(
            changes.outcome,
            sli_ms(
                slis.metric,
                slis.step,
                step_changes.latency_ms,
                changes.ttft_ms,
                changes.perceived_ms,
                changes.duration_ms
            ),
            slis.threshold_ms
        ) as is_good,
    from changes
    inner join slis on changes.use_case = slis.use_case
    left join step_changes
        on
            changes.request_id = step_changes.request_id
            and changes.n = step_changes.n
            and slis.metric = step_changes.metric
            and slis.step = step_changes.step
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
    coalesce(sum(n) filter (where is_good), 0) as good,
    coalesce(sum(n) filter (where is_good is not null), 0) as total,
    coalesce(sum(n) filter (where is_good is null), 0) as unknown,
from judged
group by all
having good != 0 or total != 0 or unknown != 0
