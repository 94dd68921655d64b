-- Every load goes on where the one before it ended, whatever the clock said: nothing is loaded twice.
with loads as (
    select
        *,
        lag(last_batch_id) over journal_loads as batch_before,
        lag(last_refusal_id) over journal_loads as refusal_before,
    from lake.ingest_log
    window journal_loads as (partition by journal_id order by last_batch_id, last_refusal_id)
)

select journal_id, batch_before, last_batch_id, refusal_before, last_refusal_id, batches
from loads
where
    last_batch_id < batch_before + batches
    or last_refusal_id < refusal_before
