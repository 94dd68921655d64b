-- Who was waited for when: from each root down, a visit to every span on the critical path, with the time that it owns less what
-- the visits below it own (METHODS, critical path 2.2 and 2.3). A span may be visited twice.
--   from_ns, to_ns      the time of the visit
--   start_ns, end_ns    of the span, by the clock of the request
--   skew_ns             by how much its sender's clock is late
--   step                what it does, and a client's server for it
--   shown_step          what its own time is
--   first_token_ns      of the model call that it is or is part of
--   above_…             of the span above, who owns the time after the visit
create or replace temp table visits as
with recursive visits as (
    select
        request_row,
        row_id,
        0 as depth,
        0::bigint as from_ns,
        end_ns as to_ns,
        0::bigint as start_ns,
        end_ns,
        0::bigint as skew_ns,
        own_step as step,
        case when is_network then 'network' else own_step end as shown_step,
        case when own_step = 'llm' then first_token_ns end as first_token_ns,
        null::bigint as above_row,
        null::varchar as above_step,
        null::bigint as above_first_token_ns,
    from path_spans
    where above_row is null and end_ns > 0
    union all
    (
        with spans_below as (
            select
                visits.request_row,
                visits.depth + 1 as depth,
                visits.row_id as above_row,
                visits.from_ns as visit_from_ns,
                visits.to_ns as visit_to_ns,
                visits.end_ns as above_end_ns,
                visits.shown_step as above_step,
                visits.first_token_ns as above_first_token_ns,
                path_spans.* exclude (request_row, above_row),
                case
                    when own_step is not null then own_step
                    when visits.step != 'orchestration' then visits.step
                    when path_spans.is_http_client then 'tool'
                    when path_spans.is_db then 'db'
                    else 'orchestration'
                end as step,
                case
                    when not path_spans.is_other_clock then visits.skew_ns
                    when not path_spans.is_answer then 0
                    when path_spans.end_ns - path_spans.start_ns > visits.end_ns - visits.start_ns
                        then greatest(0, visits.start_ns - path_spans.start_ns)
                    when path_spans.start_ns >= visits.start_ns and path_spans.end_ns <= visits.end_ns
                        then 0
                    else
                        visits.start_ns - path_spans.start_ns
                        + (visits.end_ns - visits.start_ns - path_spans.end_ns + path_spans.start_ns) // 2
                end as skew_ns,
            from visits
            inner join path_spans on visits.row_id = path_spans.above_row
            where visits.depth < getvariable('deepest')
        ),

        windows as (
            select
                *,
                greatest(start_ns + skew_ns, visit_from_ns) as from_ns,
                least(end_ns + skew_ns, visit_to_ns) as to_ns,
            from spans_below
            where (is_answer or end_ns + skew_ns <= above_end_ns + 1_000_000) and from_ns < to_ns
        ),

        compared as materialized (
            select
                *,
                case
                    when to_ns <= coalesce(min(from_ns) over later, to_ns) then true
                    when to_ns > first_value(from_ns) over later then false
                end as is_on_chain,
            from windows
            window
                later as (
                    partition by above_row, visit_from_ns
                    order by to_ns desc, from_ns, span_id
                    rows between unbounded preceding and 1 preceding
                )
        ),

        unclear as (
            select distinct above_row, visit_from_ns
            from compared
            where is_on_chain is null
        ),

        chains as (
            select
                above_row,
                visit_from_ns,
                list_reduce(  -- noqa: PRS
                    list(
                        {'row_id': row_id, 'from_ns': from_ns, 'to_ns': to_ns}
                        order by to_ns desc, from_ns, span_id
                    ),
                    lambda chain, span: case
                        when span.to_ns <= chain.from_ns
                            then {
                                'from_ns': span.from_ns,
                                'row_ids': list_append(chain.row_ids, span.row_id)
                            }
                        else chain
                    end,
                    {'from_ns': 9223372036854775807, 'row_ids': []::bigint[]}
                ).row_ids as row_ids,
            from compared
            semi join unclear using (above_row, visit_from_ns)
            where coalesce(is_on_chain, true)
            group by all
        ),

        decided as materialized (
            select *
            from compared
            where is_on_chain is not null
            union all
            select
                compared.* replace (
                    list_contains(chains.row_ids, compared.row_id) as is_on_chain
                ),
            from compared
            inner join chains using (above_row, visit_from_ns)
            where compared.is_on_chain is null
        ),

        overlapping as (
            select distinct above_row, visit_from_ns
            from decided
            where not is_on_chain
        ),

        gaps as (
            select
                above_row,
                visit_from_ns,
                coalesce(lead(to_ns) over earlier, visit_from_ns) as gap_from_ns,
                from_ns as gap_to_ns,
            from decided
            semi join overlapping using (above_row, visit_from_ns)
            where is_on_chain
            window
                earlier as (
                    partition by above_row, visit_from_ns order by to_ns desc, from_ns, span_id
                )
        ),

        fillings as (
            select
                above_row,
                visit_from_ns,
                gap_from_ns,
                gap_to_ns,
                first(row_id order by from_ns, span_id) as row_id,
            from gaps
            inner join decided using (above_row, visit_from_ns)
            where
                gap_from_ns < gap_to_ns
                and not is_on_chain
                and from_ns < gap_to_ns
                and gap_to_ns < to_ns
            group by all
        ),

        visited as (
            select *
            from decided
            where is_on_chain
            union all
            select
                decided.* replace (
                    greatest(decided.from_ns, fillings.gap_from_ns) as from_ns,
                    fillings.gap_to_ns as to_ns
                ),
            from fillings
            inner join decided using (above_row, visit_from_ns, row_id)
        )

        select
            request_row,
            row_id,
            depth,
            from_ns,
            to_ns,
            start_ns + skew_ns,
            end_ns + skew_ns,
            skew_ns,
            step,
            case when is_network then 'network' else step end,
            case
                when own_step = 'llm' then start_ns + skew_ns + first_token_ns
                when own_step is null then above_first_token_ns
            end,
            above_row,
            above_step,
            above_first_token_ns,
        from visited
    )
)

from visits
