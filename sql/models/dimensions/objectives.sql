-- What each use case promises: the share of requests within a threshold over a window.
-- grain: use_case, position
-- use_case      as in use_cases.name
-- metric        first_token, perceived or response
-- step          whose part of that time is meant: a step of the critical path, or a group of them (path_steps); null for all of it
-- position      1 is the budget that the latency tax counts from; it is about the whole request
-- threshold_ms  a request within it is good [ms]
-- objective     share of requests that are to be good [0..1]
-- window_days   over how many days [days]
use_case varchar,
metric varchar,
step varchar,
"position" integer,
threshold_ms double,
objective double,
window_days integer
