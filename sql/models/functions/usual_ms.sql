-- So many times a usual time: 0 for none, even where the usual time is not known; null for some where it is not [ms].
-- parameters: times, each_ms
(case when times = 0 then 0 else times * each_ms end)
