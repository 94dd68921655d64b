-- The price of each model that a relation of calls names: that of its provider, else that of the maker. Models without one are left out.
-- grain: none
-- provider      as in the relation
-- model         as in the relation
-- service_tier  as in the relation, by price_tier
-- price         the row of model_prices
-- parameters: relation
select
    called.provider,
    called.model,
    called.service_tier,
    first(model_prices order by model_prices.is_default, model_prices.source = 'settings' desc) as price,
from (
    select distinct provider, model, service_tier
    from query_table(relation)
) as called
inner join model_prices
    on
        called.model = model_prices.model
        and called.service_tier = model_prices.service_tier
        and (model_prices.is_default or split_part(called.provider, '.', 1) = model_prices.provider)
group by called.provider, called.model, called.service_tier
