-- The step that owns a change moved in its direction.
select *
from step_of_change
where sign(step_ms_change) != sign(ms_change)
