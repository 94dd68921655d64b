-- Every objective over time: compliance by bucket of a chosen width, over a chosen period and filters. Buckets of whole hours
-- are fast over any period; narrower ones read the requests of the period.
-- grain: use_case, position, bucket_at
-- use_case    as in objectives
-- metric      first_token, perceived or response
-- step        as in objectives; null for the whole request
-- position    position of the objective in its use case
-- bucket_at   start of the bucket [UTC]
-- good        requests that finished well and in time [count]
-- total       requests that count: good and bad [count]
-- compliance  good / total [0..1]
-- parameters: from_at, to_at, bucket_seconds, use_case_list := null::varchar[], channel_list := null::varchar[], tier_list := null::varchar[], environment_list := null::varchar[]
with hours as (
    select
        use_case,
        "position",
        time_bucket(to_seconds(bucket_seconds), case when is_extra then from_at::timestamptz else hour end)
            as bucket_at,
        good,
        total,
    from slo_events(from_at, to_at, use_case_list, channel_list, tier_list, environment_list)
    where bucket_seconds % 3600 = 0 and is_in_period
),

requests as (
    select
        use_case,
        "position",
        time_bucket(to_seconds(bucket_seconds), started_at) as bucket_at,
        is_good::bigint as good,
        (is_good is not null)::bigint as total,
    from measured_requests
    where
        bucket_seconds % 3600 != 0
        and started_at >= from_at
        and started_at < to_at
        and is_chosen(use_case_list, use_case)
        and is_chosen(channel_list, channel)
        and is_chosen(tier_list, tier)
        and is_chosen(environment_list, environment)
),

counts as (
    from hours
    union all
    from requests
)

select
    objectives.use_case,
    objectives.metric,
    objectives.step,
    objectives."position",
    counts.bucket_at,
    coalesce(sum(counts.good), 0)::bigint as good,
    sum(counts.total)::bigint as total,
    sum(counts.good) / nullif(sum(counts.total), 0) as compliance,
from counts
inner join objectives using (use_case, "position")
group by all
order by use_case, "position", bucket_at
