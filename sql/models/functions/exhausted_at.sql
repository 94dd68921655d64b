-- When an error budget is gone at the pace of the last 24 hours; null when it is gone already, or not shrinking.
-- What shrinks it is what is bad beyond what the traffic of the same hours is allowed.
-- parameters: as_of, good, total, last_day_good, last_day_total, objective
(
    case
        when total * (1 - objective) > total - good
            and last_day_total - last_day_good > last_day_total * (1 - objective)
            then
                as_of::timestamptz + to_seconds(
                    least(
                        86400
                        * (total * (1 - objective) - (total - good))
                        / (last_day_total - last_day_good - last_day_total * (1 - objective)),
                        86400 * 3650
                    )
                )
    end
)
