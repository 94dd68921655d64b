-- What others found slowness to cost, each with its source: shown beside a team's own figures, never added to them.
-- grain: name
-- name             of the finding
-- title            for people
-- kind             randomised (people were slowed at random), observational (slow visits were compared with fast ones) or claim (no source)
-- loss_per_100_ms  relative loss for each 100 ms [0..1]
-- source           where it is published
name varchar,
title varchar,
kind varchar,
loss_per_100_ms double,
source varchar
