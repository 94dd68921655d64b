-- Latencies of any period in buckets, by hour: whole hours from the sketch, the broken hours at its ends from the requests
-- themselves. Add up `n`. Requests that finished well.
-- grain: none
-- use_case  as in requests
-- hour      start of the UTC hour
-- metric    first_token, perceived or response; response/tool for a step that an objective names
-- bucket    as in latency_sketch
-- n         requests, negative for a correction [count]
-- parameters: from_at, to_at, use_case_list, channel_list, tier_list, environment_list
with whole_hours as (
    select use_case, hour, metric, bucket, n
    from lake.latency_sketch
    where
        hour >= hour_from(from_at)
        and (hour < hour_of(to_at) or (hour = hour_of(to_at) and not is_hour_open(to_at)))
        and is_chosen(use_case_list, use_case)
        and is_chosen(channel_list, channel)
        and is_chosen(tier_list, tier)
        and is_chosen(environment_list, environment)
),

requests as (
    select
        request_id,
        use_case,
        hour_of(started_at) as hour,
        ttft_ms as first_token,
        perceived_ms as perceived,
        duration_ms as response,
    from requests_of_broken_hours(
        from_at, to_at, use_case_list, channel_list, tier_list, environment_list
    )
    where outcome = 'ok' and is_in_period
),

broken_hours as (
    unpivot requests
    on first_token, perceived, response into name metric value latency_ms
    union all by name
    select
        requests.use_case,
        requests.hour,
        latency_name(steps.metric, steps.step) as metric,
        steps.latency_ms,
    from requests
    inner join steps_of_broken_hours(from_at, to_at) as steps using (request_id)
    where steps.latency_ms is not null
)

select use_case, hour, metric, bucket, n
from whole_hours
union all
select use_case, hour, metric, latency_bucket(latency_ms), 1
from broken_hours
