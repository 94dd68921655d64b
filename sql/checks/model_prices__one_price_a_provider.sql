-- A model has one price at a provider and price tier, and one that holds where the provider is not known.
select model, provider, service_tier, count(*) as prices
from model_prices
group by all
having count(*) > 1
union all
select model, null as provider, service_tier, count(*) as prices
from model_prices
where is_default
group by model, service_tier
having count(*) > 1
