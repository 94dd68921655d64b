-- One in how many requests are looked at for levers, so that they are told within a second: 1 below 400,000 requests, for `opportunities`.
-- parameters: from_at, to_at, use_case_list
sampled_one_in(from_at, to_at, use_case_list, 400000)
