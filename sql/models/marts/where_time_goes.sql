-- Where the time of requests goes: the fast half, the slow ones, the slowest. By default over the last 28 days; a null list lets all through.
-- Only requests that finished well have a latency. Steps are those of critical_path and add up to the whole of a band.
-- grain: use_case, metric, band, step
-- use_case   as in requests
-- metric     perceived: until the user first sees or hears the answer; response: until it ends
-- band       requests by that latency within their use case: p0-50, p50-95, p95-99 or p99+
-- step       as in critical_path
-- ms         mean time in the step, over the requests of the band [ms]
-- share      share of the band's time [0..1]
-- n          requests in the band [count]
-- exemplars  the requests of the band that spent most time in the step, at most three
-- parameters: from_at := now() - interval 28 day, to_at := now(), use_case_list := null::varchar[], channel_list := null::varchar[], tier_list := null::varchar[], environment_list := null::varchar[]
with chosen as (
    select *
    from lake.request_steps
    where
        started_at >= from_at
        and started_at < to_at
        and outcome = 'ok'
        and use_case is not null
        and is_chosen(use_case_list, use_case)
        and is_chosen(channel_list, channel)
        and is_chosen(tier_list, tier)
        and is_chosen(environment_list, environment)
),

limits as (
    select
        use_case,
        quantile_disc(perceived_ms, [0.5, 0.95, 0.99]) as perceived_limits,
        quantile_disc(duration_ms, [0.5, 0.95, 0.99]) as response_limits,
    from chosen
    group by use_case
),

banded as (
    select
        chosen.* exclude (perceived_ms, duration_ms),
        latency_band(chosen.perceived_ms, limits.perceived_limits) as perceived_band,
        latency_band(chosen.duration_ms, limits.response_limits) as response_band,
    from chosen
    inner join limits using (use_case)
),

until_perceived as (
    select
        'perceived' as metric,
        perceived_band as band,
        use_case,
        request_id,
        columns('^(.+)_perceived_ms$') as '\1',
    from banded
    where perceived_band is not null
),

until_response as (
    select
        'response' as metric,
        response_band as band,
        use_case,
        request_id,
        columns('^(.+)_ms$') as '\1',
    from (select columns(lambda c: c not like '%_perceived_ms') from banded)
),

totals as (
    select
        metric,
        band,
        use_case,
        count(*) as n,
        struct_pack(
            ms := sum(columns(* exclude (metric, band, use_case, request_id))),
            exemplars := arg_max(
                request_id, columns(* exclude (metric, band, use_case, request_id)), 3
            )
        ),
    from until_perceived
    group by metric, band, use_case
    union all by name
    select
        metric,
        band,
        use_case,
        count(*) as n,
        struct_pack(
            ms := sum(columns(* exclude (metric, band, use_case, request_id))),
            exemplars := arg_max(
                request_id, columns(* exclude (metric, band, use_case, request_id)), 3
            )
        ),
    from until_response
    group by metric, band, use_case
),

cells as (
    unpivot totals
    on columns(* exclude (use_case, metric, band, n)) into name step value cell
)

select
    use_case,
    metric,
    band,
    step,
    cell.ms / n as ms,
    cell.ms / nullif(sum(cell.ms) over (partition by use_case, metric, band), 0) as share,
    n,
    cell.exemplars,
from cells
where cell.ms > 0
