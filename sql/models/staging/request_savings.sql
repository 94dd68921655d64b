-- What each lever would save each request that it applies to, in the first order: the sum of its cuts on the critical path, as if
-- nothing else then took over (METHODS, critical path 6.2). Requests that finished well, one in `one_in` of them by when they started; a
-- null list lets all through.
-- grain: request_id, lever
-- request_id          as in requests
-- use_case            as in requests
-- lever               as in levers
-- ttft_ms             as in requests [ms]
-- perceived_ms        as in requests [ms]
-- duration_ms         as in requests [ms]
-- saved_ms            off the response; null when what it rests on is not known [ms]
-- perceived_saved_ms  off the wait for the first token or audio; null as above [ms]
-- parameters: from_at, to_at, use_case_list, channel_list, tier_list, environment_list, chosen, one_in := 1
with prices as materialized (  -- noqa: ST03
    from lever_prices(from_at, to_at, chosen)
),

shared_cuts as materialized (  -- noqa: ST03
    select *
    from lake.possible_cuts
    where
        parts > 1
        and started_at >= from_at
        and started_at < to_at
        and hash(started_at) % coalesce(one_in, 1)::ubigint = 0
),

whole_cuts as materialized (  -- noqa: ST03
    select *
    from lake.possible_cuts
    where
        parts = 1
        and started_at >= from_at
        and started_at < to_at
        and hash(started_at) % coalesce(one_in, 1)::ubigint = 0
),

priced as (
    select *
    from priced_cuts('whole_cuts', 'prices', chosen)
    union all by name
    select
        request_id,
        lever,
        any_value(use_case) as use_case,
        any_value(channel) as channel,
        any_value(environment) as environment,
        any_value(tier) as tier,
        any_value(ttft_ms) as ttft_ms,
        any_value(perceived_ms) as perceived_ms,
        any_value(duration_ms) as duration_ms,
        any_value(is_reached) as is_reached,
        case when count(saved_ms) = count(*) then sum(saved_ms) end as saved_ms,
        case when count(perceived_saved_ms) = count(*) then sum(perceived_saved_ms) end as perceived_saved_ms,
        any_value(added_ms) as added_ms,
    from priced_cuts('shared_cuts', 'prices', chosen)
    group by request_id, lever
)

select
    request_id,
    use_case,
    lever,
    ttft_ms,
    perceived_ms,
    duration_ms,
    case when is_reached then saved_ms - added_ms else 0 end as saved_ms,
    case when is_reached then perceived_saved_ms - added_ms else 0 end as perceived_saved_ms,
from priced
where
    is_chosen(use_case_list, use_case)
    and is_chosen(channel_list, channel)
    and is_chosen(tier_list, tier)
    and is_chosen(environment_list, environment)
