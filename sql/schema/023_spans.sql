-- Which model was wanted, where another one may have answered.
-- grain: none
-- asked_model  model that was asked for, named as model is; null when the span does not tell it apart
alter table spans add column asked_model varchar;
