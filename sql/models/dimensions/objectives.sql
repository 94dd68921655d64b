-- What each use case promises: the share of requests within a threshold over a window.
-- grain: use_case, position
-- use_case      as in use_cases.name
-- metric        first_token, perceived or response
-- position      1 is the budget that the latency tax counts from
-- threshold_ms  a request within it is good [ms]
-- objective     share of requests that are to be good [0..1]
-- window_days   over how many days [days]
use_case varchar,
metric varchar,
"position" integer,
threshold_ms double,
objective double,
window_days integer
