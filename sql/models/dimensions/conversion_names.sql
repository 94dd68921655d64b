-- Names of spans, span events and log records that are conversions, from conventions.csv.
-- grain: name
-- name  as sent
name varchar
