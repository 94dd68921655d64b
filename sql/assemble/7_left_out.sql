-- What nobody waits for is no request: a conversion that is sent as a trace of its own, and a span all alone that says that it is
-- no turn, such as the creation of an agent.
delete from assembled
where
    request_id in (
        select taken.trace_id || '-' || taken.span_id
        from taken
        semi join conversion_names on taken.name = conversion_names.name
    )
    or (
        spans = 1
        and request_id in (
            select taken.trace_id || '-' || taken.span_id
            from taken
            where not taken.is_turn
        )
    )
