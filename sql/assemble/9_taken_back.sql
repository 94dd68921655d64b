-- Requests that are made anew leave the lake with all that was made of them, in the transaction that writes their successors.
delete from lake.requests
where
    request_id in (select corrected.request_id from corrected)
    and started_at >= (select min(corrected.started_at) from corrected)
    and started_at <= (select max(corrected.started_at) from corrected);

delete from lake.request_steps
where
    request_id in (select corrected.request_id from corrected)
    and started_at >= (select min(corrected.started_at) from corrected)
    and started_at <= (select max(corrected.started_at) from corrected);

delete from lake.critical_path
where
    request_id in (select corrected.request_id from corrected)
    and started_at >= (select min(corrected.started_at) from corrected)
    and started_at <= (
        select max(corrected.started_at + to_milliseconds(ceil(corrected.duration_ms))) from corrected
    );

delete from lake.possible_cuts
where
    request_id in (select corrected.request_id from corrected)
    and started_at >= (select min(corrected.started_at) from corrected)
    and started_at <= (select max(corrected.started_at) from corrected)
