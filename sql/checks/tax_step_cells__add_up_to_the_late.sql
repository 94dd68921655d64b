-- Each late session is shared out over steps once, no more and no less.
with late as (
    select use_case, hour, sum(sessions) as sessions
    from lake.tax_cells
    where latency_bin >= 5
    group by all
),

shared_out as (
    select use_case, hour, sum(weight) as sessions
    from lake.tax_step_cells
    group by all
)

select
    coalesce(late.use_case, shared_out.use_case) as use_case,
    coalesce(late.hour, shared_out.hour) as hour,
    late.sessions,
    shared_out.sessions as shared_out,
from late
full join shared_out using (use_case, hour)
where
    abs(coalesce(late.sessions, 0) - coalesce(shared_out.sessions, 0))
    > 1e-6 * (1 + coalesce(late.sessions, 0))
