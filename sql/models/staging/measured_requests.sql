-- What requests say about the objectives of their use case: good, bad or unknown. Good is finished well and in time;
-- failures, time-outs and abandonments are bad; a first token that nobody knows counts neither way.
-- grain: request_id, position
-- request_id    as in requests
-- use_case      as in requests
-- channel       as in requests
-- environment   as in requests
-- tier          as in requests
-- started_at    as in requests [UTC]
-- metric        first_token, perceived or response
-- position      position of the objective in its use case, 1 is the budget
-- threshold_ms  as in objectives [ms]
-- latency_ms    what the objective looks at; null when unknown or not finished well [ms]
-- is_good       null when unknown
select
    requests.request_id,
    requests.use_case,
    requests.channel,
    requests.environment,
    requests.tier,
    requests.started_at,
    objectives.metric,
    objectives."position",
    objectives.threshold_ms,
    case when requests.outcome = 'ok' then latency_of(requests, objectives.metric) end as latency_ms,
    is_good(requests, objectives.metric, objectives.threshold_ms) as is_good,
from lake.requests as requests
inner join objectives on requests.use_case = objectives.use_case
