-- Which model is quick enough for which use case, over any period and filters: percentiles of what the use case's budget looks at,
-- compliance, quality, cost, task completion, a verdict and a recommendation. Of the whole request, not the model's own call; a request
-- in which another model had to step in counts for the one that was asked. Requests that no model was asked for are left out. Whole
-- hours: those of the start and of the end count from beginning to end. A null list lets all through.
-- grain: use_case, model
-- use_case           as in use_cases
-- model              that was to answer (asked_model)
-- tier               as in requests; null where it never answered any request
-- provider           who sold most of its answers
-- metric             what the budget looks at: first_token, perceived or response
-- threshold_ms       the budget: the use case's first objective [ms]
-- objective          share of requests that are to keep it [0..1]
-- requests           requests [count]
-- n                  requests that finished well with this latency known: what the percentiles rest on [count]
-- p50                median, within 1 % of the exact value [ms]
-- p50_low            lower end of its 90 % interval; null when the sample is too small to have one [ms]
-- p50_high           upper end [ms]
-- p95                95th percentile [ms]
-- p95_low            lower end of its 90 % interval; null when the sample is too small to have one [ms]
-- p95_high           upper end [ms]
-- p99                99th percentile; null below 100 requests [ms]
-- p99_low            lower end of its 90 % interval; null when the sample is too small to have one [ms]
-- p99_high           upper end [ms]
-- mean_ms            mean: what a vendor would quote [ms]
-- from_hour          UTC hour of the day in which the use case's busiest three begin
-- n_peak             of n, in those three hours [count]
-- peak_p95           95th percentile in them; null below 20 requests [ms]
-- peak_to_mean       peak_p95 / mean_ms [times]
-- total              requests that count: in time, late or failed [count]
-- compliance         share of them in time [0..1]
-- compliance_low     lower end of its 90 % interval (Jeffreys) [0..1]
-- compliance_high    upper end [0..1]
-- rated              requests with a quality [count]
-- quality            its mean [0..1]
-- quality_low        lower end of its 90 % interval; null below 2 [0..1]
-- quality_high       upper end [0..1]
-- priced             requests whose cost and tokens are known: what cost rests on [count]
-- usd_per_request    mean cost of a request, of all its calls [USD]
-- usd_per_1k_tokens  cost of 1,000 tokens, prompt and completion alike, as these requests mix them [USD]
-- usd_month          what 30 days of all requests of the use case would cost at this cost of a request, as many as came from its first hour of the period to its last [USD]
-- tasks              user tasks whose first request it was to answer [count]
-- resolved           share of them that was resolved [0..1]
-- resolved_low       lower end of its 90 % interval (Jeffreys) [0..1]
-- resolved_high      upper end [0..1]
-- turns              mean turns of a task [count]
-- verdict            fits, fits_at_median_only or too_slow when the whole interval of compliance says so (model_verdict), else too_few_data
-- is_recommended     whether the use case should use it: of those that fit and surely resolve no fewer tasks and are rated no lower than another, the cheapest, or the quickest where a cost is not known
-- recommendation     of the use case, the same for all its models, in one or two sentences
-- parameters: from_at, to_at, use_case_list, channel_list, tier_list, environment_list
with judged as (
    select
        figures.*,
        objectives.metric,
        objectives.threshold_ms,
        objectives.objective,
        figures.good / nullif(figures.total, 0) as compliance,
        compliance_low(figures.good, figures.total) as compliance_low,
        compliance_high(figures.good, figures.total) as compliance_high,
        greatest(figures.quality - figures.quality_spread, 0) as quality_low,
        least(figures.quality + figures.quality_spread, 1) as quality_high,
        figures.cost_usd / nullif(figures.priced, 0) as usd_per_request,
        1000 * figures.cost_usd / nullif(figures.tokens, 0) as usd_per_1k_tokens,
        usd_per_request
        * sum(figures.requests) over (partition by figures.use_case)
        * 30 * 86400
        / epoch(figures.until_at - figures.from_at) as usd_month,
        coalesce(tasks.n, 0) as tasks,
        tasks.resolved / tasks.n as resolved,
        compliance_low(tasks.resolved, tasks.n) as resolved_low,
        compliance_high(tasks.resolved, tasks.n) as resolved_high,
        tasks.turns,
        model_verdict(figures.good, figures.total, objectives.objective) as verdict,
    from model_figures(
        from_at, to_at, use_case_list, channel_list, tier_list, environment_list
    ) as figures
    inner join objectives
        on figures.use_case = objectives.use_case and objectives."position" = 1
    left join model_tasks(from_at, to_at, use_case_list, channel_list, environment_list) as tasks
        on figures.use_case = tasks.use_case and figures.model = tasks.model
),

of_use_cases as (
    select
        use_case,
        max(resolved_low) as best_resolved_low,
        max(quality_low) as best_quality_low,
        bool_and(usd_month is not null) as is_priced,
    from judged
    where verdict = 'fits'
    group by use_case
),

chosen as (
    select
        use_case,
        first(judged order by case when is_priced then usd_month end, p95, model) as "row",
    from judged
    inner join of_use_cases using (use_case)
    where
        verdict = 'fits'
        and coalesce(resolved_high >= best_resolved_low, true)
        and coalesce(quality_high >= best_quality_low, true)
    group by use_case
),

others as (
    select judged.use_case, first(judged order by requests desc, judged.model) as "row"
    from judged
    inner join chosen using (use_case)
    where judged.model != chosen."row".model and judged.total >= 30
    group by judged.use_case
),

closest as (
    select
        use_case,
        first(judged order by total >= 30 desc, compliance desc nulls last, model) as "row",
    from judged
    group by use_case
)

select
    judged.use_case,
    judged.model,
    judged.tier,
    judged.provider,
    judged.metric,
    judged.threshold_ms,
    judged.objective,
    judged.requests,
    judged.n,
    judged.p50,
    judged.p50_low,
    judged.p50_high,
    judged.p95,
    judged.p95_low,
    judged.p95_high,
    judged.p99,
    judged.p99_low,
    judged.p99_high,
    judged.mean_ms,
    judged.from_hour,
    judged.n_peak,
    judged.peak_p95,
    judged.peak_p95 / judged.mean_ms as peak_to_mean,
    judged.total,
    judged.compliance,
    judged.compliance_low,
    judged.compliance_high,
    judged.rated,
    judged.quality,
    judged.quality_low,
    judged.quality_high,
    judged.priced,
    judged.usd_per_request,
    judged.usd_per_1k_tokens,
    judged.usd_month,
    judged.tasks,
    judged.resolved,
    judged.resolved_low,
    judged.resolved_high,
    judged.turns,
    judged.verdict,
    coalesce(judged.model = chosen."row".model, false) as is_recommended,
    recommendation_words(chosen."row", others."row", closest."row") as recommendation,
from judged
left join chosen on judged.use_case = chosen.use_case
left join others on judged.use_case = others.use_case
left join closest on judged.use_case = closest.use_case
