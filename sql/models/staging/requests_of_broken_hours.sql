-- Requests of the two hours that a period cuts: from its start to the next full hour, and from its last full hour to its end.
-- An hour after whose cut nothing came is not broken.
-- grain: request_id, is_extra
-- parameters: from_at, to_at, use_case_list, channel_list, tier_list, environment_list
with ends as (
    select *, true as is_in_period, true as is_extra
    from lake.requests
    where
        started_at >= from_at::timestamptz
        and started_at < least(hour_from(from_at), to_at::timestamptz)
        and (hour_from(from_at) <= hour_of(to_at) or not is_hour_open(to_at))
    union all by name
    select *, started_at >= from_at::timestamptz as is_in_period, false as is_extra
    from lake.requests
    where
        started_at >= hour_of(to_at)
        and started_at < to_at::timestamptz
        and is_hour_open(to_at)
)

select *
from ends
where
    is_chosen(use_case_list, use_case)
    and is_chosen(channel_list, channel)
    and is_chosen(tier_list, tier)
    and is_chosen(environment_list, environment)
