-- The UTC hour of the day that a moment lies in, 0 to 23. Reckoned, because a calendar costs as much for each row as all the rest.
-- parameters: moment
((epoch_us(moment::timestamptz) // 3_600_000_000 % 24)::smallint)
