-- Attribute keys that no row of conventions.csv reads, by service and hour. Add up `spans`.
-- grain: none
-- hour     start of the UTC hour in which they were counted
-- service  who sent it
-- scope    instrumentation scope
-- key      the attribute key
-- spans    spans that carried it [count]
create table attribute_keys (
    hour timestamptz,
    service varchar,
    scope varchar,
    key varchar,
    spans bigint
);
