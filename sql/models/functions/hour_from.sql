-- Start of the first UTC hour that begins at a moment or after it.
-- parameters: moment
(time_bucket(interval 1 hour, moment::timestamptz + interval 1 hour - interval 1 microsecond))
