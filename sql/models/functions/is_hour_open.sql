-- Whether requests began in the hour of a moment, but not before it: then the hour's counts are too many for a period that ends there.
-- parameters: moment
(
    exists(
        from lake.requests
        where
            started_at >= moment::timestamptz
            and started_at < hour_of(moment) + interval 1 hour
    )
)
