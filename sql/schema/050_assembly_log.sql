-- From now on one row, which every round replaces, so that of two processes that take themselves for the refresher only one can.
-- grain: journal_id
-- through_snapshot  all that was loaded up to this snapshot of the lake is in `requests` and `conversions`
alter table assembly_log add column through_snapshot bigint;

create temp table last_round as
select * replace (
    (
        select min(spans.snapshot_id) - 1
        from spans
        where spans.received_at >= assembly_log.watermark_at
    ) as through_snapshot
)
from assembly_log
order by assembled_at desc
limit 1;

delete from assembly_log;

insert into assembly_log by name
select * replace (
    coalesce(through_snapshot, (select max(spans.snapshot_id) from spans), 0) as through_snapshot
)
from last_round;

insert into assembly_log (traces, requests, through_snapshot)
select 0 as traces, 0 as requests, 0 as through_snapshot
where not exists (from last_round);

drop table last_round;
