-- Requests that finished well and do not tell whether a lever applies to them: add up `n`, in any order and over any period. A
-- corrected request is not taken back.
-- grain: none
-- hour         start of the UTC hour of the request
-- use_case     as in requests
-- channel      as in requests
-- environment  as in requests
-- tier         as in requests
-- lever        as in levers
-- n            requests [count]
create table lever_doubts (
    hour timestamptz,
    use_case varchar,
    channel varchar,
    environment varchar,
    tier varchar,
    lever varchar,
    n bigint
);
