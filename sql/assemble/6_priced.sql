-- In `taken`, a model call that says its tokens and not its cost is given the cost of its tokens, if the model has a price at the
-- call's price tier. `priced` has that, and the standard price of what was paid for to be fast and of what a fallback stands for.
create or replace temp table wanted_prices as
select provider, model, price_tier(service_tier) as service_tier
from taken
where cost_usd is null and input_tokens is not null and model is not null
union
select provider, model, 'standard' as service_tier
from taken
where (buys_speed(service_tier) or fallback) and model is not null
union
select provider, asked_model, 'standard' as service_tier
from taken
where fallback and asked_model is not null
union
select asked_provider, asked_model, 'standard' as service_tier
from attempts
where asked_model is not null;

create or replace temp table priced as
select *
from call_prices('wanted_prices');

update taken
set cost_usd = cost_of_tokens(priced.price, taken)
from priced
where
    taken.cost_usd is null
    and taken.input_tokens is not null
    and taken.step not in ('agent', 'workflow')
    and taken.model = priced.model
    and taken.provider is not distinct from priced.provider
    and price_tier(taken.service_tier) = priced.service_tier
