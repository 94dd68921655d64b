-- What late sessions waited for, counted like tax_cells: the slowest request of each, shared out over the steps by their share of
-- its wait; until the whole answer where the budget is about that, else until its first token, word or sound.
-- From `sessions_to_count`, shaped as the model tax_sessions, of days in [tax_from, tax_to).
with late as (
    select
        sessions.use_case,
        sessions.channel,
        sessions.environment,
        sessions.tier,
        sessions.model,
        time_bucket(interval 1 hour, sessions.started_at) as hour,
        latency_bin(sessions.latency_ms, sessions.budget_ms) as latency_bin,
        sessions.slowest_id,
        objectives.metric = 'response' as is_until_end,
    from sessions_to_count as sessions
    inner join objectives
        on sessions.use_case = objectives.use_case and objectives."position" = 1
    where sessions.latency_ms > sessions.budget_ms
),

paths as (
    select columns(c -> c = 'request_id' or (c like '%_ms' and c not in ('duration_ms', 'perceived_ms')))
    from lake.request_steps
    where
        started_at >= getvariable('tax_from')
        and started_at < getvariable('tax_to')
        and request_id in (select slowest_id from late)
),

until_perceived as (
    select request_id, columns('^(.+)_perceived_ms$') as 'waited_\1'
    from paths
),

until_end as (
    select request_id, columns('^(.+)_ms$') as 'waited_\1'
    from (select columns(c -> c not like '%_perceived_ms') from paths)
),

waits as (
    select late.* exclude (slowest_id, is_until_end), until_perceived.* exclude (request_id)
    from late
    left join until_perceived on late.slowest_id = until_perceived.request_id
    where not late.is_until_end
    union all by name
    select late.* exclude (slowest_id, is_until_end), until_end.* exclude (request_id)
    from late
    left join until_end on late.slowest_id = until_end.request_id
    where late.is_until_end
),

with_total as (
    select
        *,
        list_sum(list_value(*columns('^waited_'))) as total,
    from waits
),

shared_out as (
    select
        use_case,
        channel,
        environment,
        tier,
        model,
        hour,
        latency_bin,
        coalesce(sum(columns('^waited_') / nullif(total, 0)), 0),
        (count(*) filter (where coalesce(total, 0) = 0))::double as waited_unknown,
    from with_total
    group by all
),

by_step as (
    unpivot shared_out
    on columns('^waited_')
    into name step value weight
)

select * replace (substr(step, len('waited_') + 1) as step)
from by_step
where weight > 0
