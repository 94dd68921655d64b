-- The price tier that a list price is for: those that are already there are read from the package again.
-- grain: model, provider, service_tier
-- service_tier  as in spans.service_tier; standard where nothing else was agreed
alter table model_prices add column service_tier varchar;
delete from model_prices;
