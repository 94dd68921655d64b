-- Start of the UTC hour that a moment lies in.
-- parameters: moment
(time_bucket(interval 1 hour, moment::timestamptz))
