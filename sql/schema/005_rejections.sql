-- What was refused, cut or doubted, and why.
-- grain: none
-- at      when [UTC]
-- door    grpc, http, or loader for what was found later
-- signal  traces, metrics or logs
-- reason  a word; the Pipeline page says what to do about it
-- count   spans, requests or records, as the reason says [count]
-- detail  an example, without content
create table rejections (
    "at" timestamptz,
    door varchar,
    signal varchar,
    reason varchar,
    "count" bigint,
    detail varchar
);
