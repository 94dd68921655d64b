-- The lake has as many spans as were loaded into it.
with counted as (
    select
        (select coalesce(sum(spans), 0) from lake.ingest_log) as loaded,
        (select count(*) from lake.spans) as stored,
)

select loaded, stored
from counted
where loaded != stored
