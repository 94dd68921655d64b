-- What a million tokens of a model costs at a price tier: the settings' word, else the list price.
-- grain: model, provider, service_tier
-- model                      as in spans.model
-- provider                   who sells it; null for every provider
-- service_tier               as in spans.service_tier; standard where nothing else was agreed
-- input_usd_per_mtok         a million prompt tokens [USD]
-- output_usd_per_mtok        a million completion tokens; null when it has none [USD]
-- cached_input_usd_per_mtok  a million prompt tokens read from a cache; null when they cost as others [USD]
-- source                     settings, or package and version
-- is_default                 the price where a call's provider has none of its own
select
    model,
    provider,
    service_tier,
    input_usd_per_mtok,
    output_usd_per_mtok,
    cached_input_usd_per_mtok,
    'settings' as source,
    provider is null as is_default,
from own_prices
union all by name
select
    listed.model,
    listed.provider,
    listed.service_tier,
    listed.input_usd_per_mtok,
    listed.output_usd_per_mtok,
    listed.cached_input_usd_per_mtok,
    listed.source,
    listed.is_default,
from lake.model_prices as listed
anti join own_prices
    on
        listed.model = own_prices.model
        and listed.service_tier = own_prices.service_tier
        and (own_prices.provider is null or listed.provider = own_prices.provider)
