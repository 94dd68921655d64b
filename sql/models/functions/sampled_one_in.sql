-- One in how many sessions are looked at where every one of a period would take too long: 1 below 100,000 requests.
-- parameters: from_at, to_at, use_case_list
(
    (
        select 1 + count(*) // 100000
        from lake.requests
        where started_at >= from_at and started_at < to_at and is_chosen(use_case_list, use_case)
    )
)
