-- One conversion as reported. A second report of the same id fills what is unknown and corrects what differs: the latest word counts.
-- grain: conversion_id
-- conversion_id  as reported, else made of all that was reported
-- session_id     as reported; null when it is known by its trace only
-- trace_id       trace in which it was reported; null when it came by file or HTTP without one
-- request_id     as reported: the sender knew the request
-- occurred_at    when it happened [UTC]
-- kind           purchase, lead, booking…: as reported
-- revenue_usd    its worth; null when not reported [USD]
-- source         who reported it first: span, log, http, import, or the name that a sender gave
-- received_at    when it was first reported [UTC]
create table conversions (
    conversion_id varchar,
    session_id varchar,
    trace_id varchar,
    request_id varchar,
    occurred_at timestamptz,
    kind varchar,
    revenue_usd double,
    source varchar,
    received_at timestamptz
);
