-- The last round of assembling requests. Whose row it is refreshes the lake; who takes over goes on behind its snapshot.
-- grain: journal_id
-- journal_id    whose collector did it; NULL before the first round
-- watermark_at  every span loaded and received before this is in `requests` [UTC]
-- traces        traces taken up [count]
-- requests      requests written, corrections included [count]
-- assembled_at  when; NULL before the first round [UTC]
create table assembly_log (
    journal_id varchar,
    watermark_at timestamptz,
    traces bigint,
    requests bigint,
    assembled_at timestamptz
);
