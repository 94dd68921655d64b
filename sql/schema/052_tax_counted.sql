-- What has changed since is told by the lake's snapshots, in the order of commits: clocks of several machines differ.
-- grain: counted_at
-- through_snapshot  all requests and conversions written up to this snapshot of the lake are counted
alter table tax_counted add column through_snapshot bigint;

update tax_counted
set through_snapshot = (
    select max(requests.snapshot_id)
    from requests
    where requests.assembled_at <= tax_counted.requests_through
);

alter table tax_counted drop column requests_through;
alter table tax_counted drop column conversions_through;
