-- What a lever could take off the time of a request that finished well, as far as its spans on the critical path tell (METHODS,
-- critical path 6). What a call would have taken otherwise is estimated when this is read, from `calls`, tokens and call_sketch.
-- Simple is only what says so: of requests without an intent nothing tells whether a fast model could answer them.
-- grain: request_id, lever, subject, is_perceived
insert into lever_doubts
select
    date_trunc('hour', started_at),
    use_case,
    channel,
    environment,
    tier,
    lever,
    count(distinct request_id),
from possible_cuts
where
    lever = 'fast_tier'
    and request_id in (
        select requests.request_id
        from requests
        where requests.intent is null
    )
group by all;

delete from possible_cuts
where
    lever = 'fast_tier'
    and request_id in (
        select requests.request_id
        from requests
        where requests.intent is null
    );
