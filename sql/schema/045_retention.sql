-- What was deleted by age or size: one row a round and kind that deleted something.
-- grain: kind, kept_from
-- kind       spans, requests or rollups; history is digests, alerts and fits of the tax
-- kept_from  nothing before this midnight is kept of it [UTC]
-- rows       rows deleted from its first table: spans, requests, or buckets of the latency sketch; of history all of them [count]
-- reason     age or size: which limit of [retention] it was
-- pruned_at  when [UTC]
create table retention (
    kind varchar,
    kept_from timestamptz,
    "rows" bigint,
    reason varchar,
    pruned_at timestamptz
);
