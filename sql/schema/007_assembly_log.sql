-- One round of assembling requests. A collector that starts takes up every span received since the watermark.
-- grain: journal_id, assembled_at
-- journal_id    whose collector did it
-- watermark_at  every span received before this is in `requests` [UTC]
-- traces        traces taken up [count]
-- requests      requests written, corrections included [count]
-- assembled_at  when [UTC]
create table assembly_log (
    journal_id varchar,
    watermark_at timestamptz,
    traces bigint,
    requests bigint,
    assembled_at timestamptz
);
