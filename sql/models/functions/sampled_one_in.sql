-- One in how many are looked at where every one of a period would take too long: 1 while it has fewer requests than are enough.
-- parameters: from_at, to_at, use_case_list, enough
(
    (
        select 1 + count(*) // enough
        from lake.requests
        where started_at >= from_at and started_at < to_at and is_chosen(use_case_list, use_case)
    )
)
