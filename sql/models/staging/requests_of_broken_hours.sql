-- Requests of the two hours that a period cuts: from its start to the next full hour, and from its last full hour to its end.
-- grain: request_id
-- parameters: from_at, to_at, use_case_list, channel_list, tier_list, environment_list
with ends as (
    select *, true as is_start
    from lake.requests
    where started_at >= from_at::timestamptz and started_at < least(hour_from(from_at), hour_of(to_at))
    union all by name
    select *, false as is_start
    from lake.requests
    where
        started_at >= greatest(hour_of(to_at), from_at::timestamptz)
        and started_at < to_at::timestamptz
)

select *
from ends
where
    is_chosen(use_case_list, use_case)
    and is_chosen(channel_list, channel)
    and is_chosen(tier_list, tier)
    and is_chosen(environment_list, environment)
