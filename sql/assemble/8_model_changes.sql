-- Requests written and taken back in a round, for 8_models_changed.
create or replace temp view model_changes as
select *, 1 as n
from assembled
union all by name
select *, -1 as n
from corrected
