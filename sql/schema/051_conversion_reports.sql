-- Conversions as they were reported to any collector, in the order of arrival; the refresher makes `conversions` of them, and forgets
-- them within an hour or two.
-- grain: none
-- conversion_id  as in conversions
-- session_id     as in conversions
-- trace_id       as in conversions
-- request_id     as in conversions
-- occurred_at    as in conversions [UTC]
-- kind           as in conversions
-- revenue_usd    as in conversions [USD]
-- source         as in conversions
-- received_at    when a collector took the report in [UTC]
-- position       order of reports that a collector took in at once
create table conversion_reports (
    conversion_id varchar,
    session_id varchar,
    trace_id varchar,
    request_id varchar,
    occurred_at timestamptz,
    kind varchar,
    revenue_usd double,
    source varchar,
    received_at timestamptz,
    "position" bigint
);
