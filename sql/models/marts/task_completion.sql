-- One task of a user, from the first request to the last: what a quick answer is worth that has to be asked for twice.
-- A task is what the sender declared to be one, else the requests of a session that are about the same and at most 10 minutes apart.
-- A request with neither counts nowhere. METHODS, critical path 7. Tasks that begin in a period, and what belongs to them up to a day
-- before and after it; of one in so many sessions and declared tasks, by their hash. A null list lets all through.
-- grain: use_case, task
-- use_case       as in requests
-- task           the declared task, else session and number of the task in it
-- session_id     as in requests
-- user_id        as in requests
-- intent         what the user wants, as declared
-- model          the model that was to answer the first request (asked_model)
-- tier           tier of the task's first model call, whatever answered in the end
-- started_at     start of the first request [UTC]
-- ended_at       end of the last request [UTC]
-- turns          requests, clarifying ones among them [count]
-- retries        second and later attempts [count]
-- first_turn_ms  duration of the first request [ms]
-- machine_ms     time in which the user waited for us, retries and fallbacks included [ms]
-- wall_ms        start of the first request to end of the last, the user's own time included [ms]
-- resolved       the last request finished well, with a quality of at least 0.5 if that is known
-- escalated      a later request was answered by a larger tier than the first call's
-- parameters: from_at := '-infinity'::timestamptz, to_at := 'infinity'::timestamptz, use_case_list := null::varchar[], channel_list := null::varchar[], environment_list := null::varchar[], one_in := 1
with sizes as (
    select tier, min(typical_low_ms) as size
    from model_tiers
    group by tier
),

asked as (
    select
        requests.use_case,
        requests.task_id,
        requests.session_id,
        requests.request_id,
        requests.intent,
        requests.started_at,
        requests.started_at + to_microseconds((requests.duration_ms * 1000)::bigint) as ended_at,
        requests.duration_ms,
        requests.retries,
        requests.outcome = 'ok' and coalesce(requests.quality >= 0.5, true) as is_resolved,
        answering.size as answering_size,
        struct_pack(
            user_id := requests.user_id,
            session_id := requests.session_id,
            intent := requests.intent,
            model := asked_model(
                requests.asked_model, requests.model, requests.models, requests.fallback
            ),
            tier := coalesce(requests.first_tier, requests.tier),
            "size" := coalesce(asking.size, answering.size),
            duration_ms := requests.duration_ms
        ) as opening,
    from lake.requests as requests
    left join sizes as asking on requests.first_tier = asking.tier
    left join sizes as answering on requests.tier = answering.tier
    where
        requests.use_case is not null
        and coalesce(requests.task_id, requests.session_id) is not null
        and hash(coalesce(requests.task_id, requests.session_id)) % coalesce(one_in, 1)::ubigint = 0
        and requests.started_at >= from_at - interval 1 day
        and requests.started_at < to_at + interval 1 day
        and is_chosen(use_case_list, requests.use_case)
        and is_chosen(channel_list, requests.channel)
        and is_chosen(environment_list, requests.environment)
),

in_sessions as (
    select
        * exclude (intent),
        coalesce(
            started_at - lag(ended_at) over so_far > interval 10 minute
            or intent is distinct from lag(intent) over so_far,
            true
        ) as begins,
    from asked
    where task_id is null
    window so_far as (partition by use_case, session_id order by started_at, request_id)
),

belonging as (
    select
        * exclude (begins),
        session_id as undeclared_in,
        sum(begins::integer) over (
            partition by use_case, session_id
            order by started_at, request_id
            rows unbounded preceding
        ) as task_number,
    from in_sessions
    union all by name
    select * exclude (intent)
    from asked
    where task_id is not null
),

tasks as (
    select
        use_case,
        coalesce(task_id, undeclared_in || '/' || task_number) as task,
        arg_min(opening, started_at) as opening,
        min(started_at) as started_at,
        max(ended_at) as ended_at,
        count(*) as turns,
        sum(retries)::bigint as retries,
        sum(duration_ms) as machine_ms,
        arg_max(is_resolved, ended_at) as resolved,
        max(answering_size) as largest_size,
    from belonging
    group by use_case, task_id, undeclared_in, task_number
)

select
    use_case,
    task,
    opening.session_id,
    opening.user_id,
    opening.intent,
    opening.model,
    opening.tier,
    started_at,
    ended_at,
    turns,
    retries,
    opening.duration_ms as first_turn_ms,
    machine_ms,
    epoch_us(ended_at - started_at) / 1e3 as wall_ms,
    resolved,
    coalesce(largest_size > opening.size, false) as escalated,
from tasks
where started_at >= from_at and started_at < to_at
