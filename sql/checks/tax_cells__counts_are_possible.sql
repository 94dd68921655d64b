-- Sessions are counted once or more, doses only where they are late, and every fit has its curve for every latency bin.
select
    use_case,
    hour,
    latency_bin,
    sessions,
from lake.tax_cells
where sessions < 1 or conversions < 0 or (latency_bin < 5) <> (dose = 0) or mobile > sessions
union all
select
    use_case,
    fitted_at,
    len(effects),
    sessions,
from lake.tax_fits
where len(effects) <> 16 or len(effects_low) <> 16 or len(effects_high) <> 16
