-- What objectives count, once for all that share a threshold.
-- grain: use_case, metric, step, threshold_ms
-- use_case      as in objectives
-- metric        first_token, perceived or response
-- step          as in objectives; null for the whole request
-- threshold_ms  a request within it is good [ms]
select distinct use_case, metric, step, threshold_ms
from objectives
