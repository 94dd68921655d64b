-- Which model was wanted, at which price tier it was called, and what was paid to be fast.
-- grain: request_id
-- asked_model   model that the call which produced the answer asked for, or, where that took the place of a failed call, the first of them; null in requests of an earlier version
-- service_tier  price tier of the call that produced the answer; null when unknown
-- speed_costs   what was paid to be fast, by kind: as in speed_costs(…); null when nothing was, and in requests of an earlier version
alter table requests add column asked_model varchar;
alter table requests add column service_tier varchar;
alter table requests add column speed_costs struct(
    kind varchar, calls integer, unpriced integer, usd double
)[];
