-- Requests that are made anew leave the lake, in the transaction that writes their successors.
delete from lake.requests
where
    request_id in (select corrected.request_id from corrected)
    and started_at >= (select min(corrected.started_at) from corrected)
    and started_at <= (select max(corrected.started_at) from corrected)
