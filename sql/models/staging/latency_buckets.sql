-- Latencies of any period in buckets: what percentiles are read from.
-- grain: use_case, metric, bucket
-- use_case  as in requests
-- metric    first_token, perceived or response; response/tool for a step that an objective names
-- bucket    as in latency_sketch
-- n         requests [count]
-- parameters: from_at, to_at, use_case_list, channel_list, tier_list, environment_list
select use_case, metric, bucket, sum(n) as n
from latency_hours(from_at, to_at, use_case_list, channel_list, tier_list, environment_list)
group by all
having sum(n) > 0
