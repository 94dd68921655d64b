-- What requests say about the objectives of their use case: good, bad or unknown. Good is finished well and in time;
-- failures, time-outs and abandonments are bad; a first token, or a step's time, that nobody knows counts neither way.
-- grain: request_id, position
-- request_id    as in requests
-- use_case      as in requests
-- channel       as in requests
-- environment   as in requests
-- tier          as in requests
-- started_at    as in requests [UTC]
-- metric        first_token, perceived or response
-- step          as in objectives; null for the whole request
-- position      position of the objective in its use case, 1 is the budget
-- threshold_ms  as in objectives [ms]
-- latency_ms    what the objective looks at; null when unknown or not finished well [ms]
-- is_good       null when unknown
with measured as (
    select
        requests.*,
        objectives.metric,
        objectives.step,
        objectives."position",
        objectives.threshold_ms,
        sli_ms(
            objectives.metric,
            objectives.step,
            step_times.latency_ms,
            requests.ttft_ms,
            requests.perceived_ms,
            requests.duration_ms
        ) as latency_ms,
    from lake.requests as requests
    inner join objectives on requests.use_case = objectives.use_case
    left join step_times('lake.request_steps') as step_times
        on
            requests.request_id = step_times.request_id
            and requests.started_at = step_times.started_at
            and objectives.metric = step_times.metric
            and objectives.step = step_times.step
)

select
    request_id,
    use_case,
    channel,
    environment,
    tier,
    started_at,
    metric,
    step,
    "position",
    threshold_ms,
    case when outcome = 'ok' then latency_ms end as latency_ms,
    is_good(outcome, latency_ms, threshold_ms) as is_good,
from measured
