-- Use cases of the settings: what agents are used for.
-- grain: name
-- name          as in requests.use_case
-- title         for people
-- channel       channel of requests that declare none
-- decay         how value is lost when late: hinge or deadline
-- value_usd     worth of a conversion that carries no revenue [USD]
-- capture_rate  share of conversions that are recorded [0..1]
name varchar,
title varchar,
channel varchar,
decay varchar,
value_usd double,
capture_rate double
