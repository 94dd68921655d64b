-- The newest fit of each use case: what slowness costs it, and all that this rests on. Columns as in the lake's table, which keeps one fit a day.
-- grain: use_case
select *
from lake.tax_fits
qualify row_number() over (partition by use_case order by fitted_at desc) = 1
