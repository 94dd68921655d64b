-- Capacity that is paid by the month, by the collector's settings: it serves the calls of the model at the price tier `provisioned`.
-- grain: model, provider
-- model          as in spans
-- provider       as in spans
-- usd_per_month  what it costs, used or not [USD]
-- speed_share    how much of that is paid to be fast; the settings' own judgement [0..1]
create table reserved_capacity (
    model varchar,
    provider varchar,
    usd_per_month double,
    speed_share double
);
