-- A conversion that is sent as a trace of its own is no request: nobody waits for it.
delete from assembled
where request_id in (
    select taken.trace_id || '-' || taken.span_id
    from taken
    semi join conversion_names on taken.name = conversion_names.name
)
