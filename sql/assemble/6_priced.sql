-- In `taken`, a model call that says its tokens and not its cost is given the cost of its tokens, if the model has a price:
-- that of its provider, else that of the maker.
create or replace temp table priced as
with called as (
    select distinct provider, model
    from taken
    where cost_usd is null and input_tokens is not null and model is not null
)

select
    called.provider,
    called.model,
    first(model_prices order by model_prices.is_default, model_prices.source = 'settings' desc) as price,
from called
inner join model_prices
    on
        called.model = model_prices.model
        and (model_prices.is_default or split_part(called.provider, '.', 1) = model_prices.provider)
group by called.provider, called.model;

update taken
set cost_usd = cost_of_tokens(priced.price, taken)
from priced
where
    taken.cost_usd is null
    and taken.input_tokens is not null
    and taken.step not in ('agent', 'workflow')
    and taken.model = priced.model
    and taken.provider is not distinct from priced.provider
