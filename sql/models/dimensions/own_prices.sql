-- Prices of the settings, which go before those of model_prices.
-- grain: model, provider, service_tier
-- model                      as in spans.model
-- provider                   as in spans.provider; null for every provider
-- service_tier               as in spans.service_tier; standard where nothing else was agreed
-- input_usd_per_mtok         a million prompt tokens [USD]
-- output_usd_per_mtok        a million completion tokens [USD]
-- cached_input_usd_per_mtok  a million prompt tokens read from a cache; null when they cost as others [USD]
model varchar,
provider varchar,
service_tier varchar,
input_usd_per_mtok double,
output_usd_per_mtok double,
cached_input_usd_per_mtok double
