-- Where the time of requests goes in a period and in the one of equal length before it, each with its own percentile bands.
-- grain: use_case, metric, band, step
-- use_case   as in requests
-- metric     as in where_time_goes
-- band       as in where_time_goes
-- step       as in critical_path
-- ms         mean time in the step, 0 when it does not occur; null when the band has no request [ms]
-- ms_before  the same in the period before [ms]
-- ms_change  ms less ms_before; null when either is unknown [ms]
-- n          requests in the band [count]
-- n_before   requests in the band in the period before [count]
-- parameters: from_at, to_at, use_case_list := null::varchar[], channel_list := null::varchar[], tier_list := null::varchar[], environment_list := null::varchar[]
with cells as (
    select *, true as is_now
    from where_time_goes(
        from_at, to_at, use_case_list, channel_list, tier_list, environment_list
    )
    union all by name
    select *, false as is_now
    from where_time_goes(
        from_at::timestamptz - (to_at::timestamptz - from_at::timestamptz),
        from_at,
        use_case_list,
        channel_list,
        tier_list,
        environment_list
    )
),

bands as (
    select
        use_case,
        metric,
        band,
        coalesce(max(n) filter (where is_now), 0) as n,
        coalesce(max(n) filter (where not is_now), 0) as n_before,
    from cells
    group by use_case, metric, band
),

steps as (
    select
        use_case,
        metric,
        band,
        step,
        max(ms) filter (where is_now) as ms,
        max(ms) filter (where not is_now) as ms_before,
    from cells
    group by use_case, metric, band, step
)

select
    use_case,
    metric,
    band,
    step,
    case when bands.n > 0 then coalesce(steps.ms, 0) end as ms,
    case when bands.n_before > 0 then coalesce(steps.ms_before, 0) end as ms_before,
    case when bands.n > 0 then coalesce(steps.ms, 0) end
    - case when bands.n_before > 0 then coalesce(steps.ms_before, 0) end as ms_change,
    bands.n,
    bands.n_before,
from steps
inner join bands using (use_case, metric, band)
