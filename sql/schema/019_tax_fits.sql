-- What slowness costs a use case, fitted to tax_cells (docs/tax.md); the last fit of each day is kept.
-- grain: use_case, fitted_at
-- use_case            as in use_cases
-- fitted_at           when [UTC]
-- from_at             start of the first hour that it rests on [UTC]
-- to_at               end of the last [UTC]
-- verdict             measured, blended, insufficient_data or not_identifiable
-- reason              why, for people
-- cure                what would make it measured, for people; null when it is
-- conversions_needed  conversions that would make it measured, at this share of late sessions [count]
-- sessions            sessions with a known wait [count]
-- conversions         their conversions [count]
-- late_ratio          share of sessions over the budget [0..1]
-- budget_ms           the use case's first threshold [ms]
-- decay               hinge, or deadline: what is late at all is lost
-- slope_low           relative loss for each 100 ms over the budget (of a deadline: for being late at all), lower end of the 90 % interval
-- slope               the same, middle
-- slope_high          the same, upper end
-- within_hour         the same, from sessions of the same model and hour alone; null when that tells nothing
-- within_hour_se      its standard error, without confounding
-- confounding         the error that confounding may add to it (one standard deviation)
-- provider            the same, from hours in which one model was slow and others not; null without such hours
-- provider_se         its standard error
-- provider_f          F of the first stage: how clear those hours were
-- experiment          the same, from randomised delays; null without such arms
-- experiment_se       its standard error
-- benchmark           the same, of the benchmarks alone
-- benchmark_low       lower end of its 90 % range
-- benchmark_high      upper end of its 90 % range
-- placebo_z           what slowness within the budget "explains", in standard errors; 2.58 and more says confounded
-- future_z            what the next hour's slowness "explains", in standard errors; 2.58 and more is a warning
-- is_conflict         whether the evidence disagrees
-- data_share          how much of the result is data, not benchmark [0..1]
-- effects_low         by latency bin (from 0): log of the rate without loss over the rate as served, lower end
-- effects             the same, middle
-- effects_high        the same, upper end
create table tax_fits (
    use_case varchar,
    fitted_at timestamptz,
    from_at timestamptz,
    to_at timestamptz,
    verdict varchar,
    reason varchar,
    cure varchar,
    conversions_needed bigint,
    sessions bigint,
    conversions bigint,
    late_ratio double,
    budget_ms double,
    decay varchar,
    slope_low double,
    slope double,
    slope_high double,
    within_hour double,
    within_hour_se double,
    confounding double,
    provider double,
    provider_se double,
    provider_f double,
    experiment double,
    experiment_se double,
    benchmark double,
    benchmark_low double,
    benchmark_high double,
    placebo_z double,
    future_z double,
    is_conflict boolean,
    data_share double,
    effects_low double[],
    effects double[],
    effects_high double[]
);
