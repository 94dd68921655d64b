-- The lake has as many spans as were loaded into it, less those that [retention] deleted.
with counted as (
    select
        (select coalesce(sum(spans), 0) from lake.ingest_log) as loaded,
        (select count(*) from lake.spans) as stored,
        (select coalesce(sum("rows"), 0) from lake.retention
where kind = 'spans') as deleted,
)

select loaded, stored, deleted
from counted
where loaded != stored + deleted
