-- What a comparison of sessions must know besides speed: the model that was asked, whether a lower-quality fallback answered, and who bought speed.
-- Every day is counted anew.
-- grain: none
-- asked_model  model that was asked for; `model` is the one that answered
-- is_fallback  whether one of their requests was answered by a fallback
-- priority     sessions served at a faster service tier than the standard one [count]
alter table tax_cells add column asked_model varchar;
alter table tax_cells add column is_fallback boolean;
alter table tax_cells add column priority bigint;
delete from tax_counted;
