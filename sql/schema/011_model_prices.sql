-- List prices of models, from the installed package genai-prices: refreshed when a collector starts.
-- grain: model, provider, service_tier
-- model                      as in spans.model
-- provider                   who sells it, as genai-prices names it
-- input_usd_per_mtok         a million prompt tokens [USD]
-- output_usd_per_mtok        a million completion tokens; null when it has none [USD]
-- cached_input_usd_per_mtok  a million prompt tokens read from a cache; null when they cost as others [USD]
-- source                     package and version
-- is_default                 the price where a call's provider has none of its own: that of the maker
-- refreshed_at               when this was read from the package [UTC]
create table model_prices (
    model varchar,
    provider varchar,
    input_usd_per_mtok double,
    output_usd_per_mtok double,
    cached_input_usd_per_mtok double,
    source varchar,
    is_default boolean,
    refreshed_at timestamptz
);
