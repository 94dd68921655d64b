-- One load: which batches of which journal are in the lake. Written in the same transaction as their rows.
-- grain: journal_id, last_batch_id, last_refusal_id
-- journal_id          the journal, one per collector folder
-- last_batch_id       every batch up to this one is in the lake
-- last_refusal_id     every refusal up to this one is in the lake
-- batches             requests loaded [count]
-- spans               spans loaded [count]
-- bytes               OTLP bytes loaded [bytes]
-- oldest_received_at  when the oldest of them was acknowledged [UTC]
-- loaded_at           when they were in the lake [UTC]
create table ingest_log (
    journal_id varchar,
    last_batch_id bigint,
    last_refusal_id bigint,
    batches bigint,
    spans bigint,
    bytes bigint,
    oldest_received_at timestamptz,
    loaded_at timestamptz
);
