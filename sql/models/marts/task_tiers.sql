-- Tasks that began with a smaller tier against those that began with a larger one: whether the smaller model saves the user time.
-- Both are compared within each intent and weighted by how often it is asked for, so that sending easy tasks to the small model does
-- not count for it. A task that was not resolved is given the time of the slowest in a hundred, never dropped (METHODS, critical path 7).
-- Of periods with more than 100,000 requests a part of the sessions is looked at (sampled_one_in).
-- grain: use_case, clock, smaller_tier, larger_tier
-- use_case          as in requests
-- clock             machine: time in which the user waited for us; wall: with the user's own time
-- smaller_tier      tier of the first call
-- larger_tier       tier of the first call
-- n_smaller         tasks that began with the smaller tier [count]
-- n_larger          tasks that began with the larger tier [count]
-- n_compared        tasks of both with an intent that both were asked for [count]
-- first_turn_smaller_ms  median of the first request's duration [ms]
-- first_turn_larger_ms   median of the first request's duration [ms]
-- turns_smaller     mean turns of a task [count]
-- turns_larger      mean turns of a task [count]
-- resolved_smaller  share of tasks resolved [0..1]
-- resolved_larger   share of tasks resolved [0..1]
-- difference_ms     mean time of a task with the smaller tier less that with the larger, intent by intent [ms]
-- difference_low_ms   lower end of its 90 % interval [ms]
-- difference_high_ms  upper end of its 90 % interval [ms]
-- verdict           backfires: its first answer is quicker and the task takes longer; pays: the task is quicker; else unclear; too_few below 30 tasks of either
-- parameters: from_at := now() - interval 28 day, to_at := now(), use_case_list := null::varchar[]
with finished as (
    select *
    from task_completion(
        from_at, to_at, use_case_list, null, null, sampled_one_in(from_at, to_at, use_case_list, 100000)
    )
    where ended_at < to_at::timestamptz - interval 10 minute and tier is not null
),

clocks as (
    unpivot (
        select
            use_case,
            tier,
            coalesce(intent, '') as intent,
            turns,
            resolved,
            first_turn_ms,
            machine_ms as machine,
            wall_ms as wall,
        from finished
    )
    on machine, wall into name clock value took_ms
),

slowest as (
    select use_case, clock, quantile_cont(took_ms, 0.99) as cap_ms
    from clocks
    group by use_case, clock
),

charged as (
    select
        clocks.*,
        case
            when clocks.resolved then clocks.took_ms
            else greatest(clocks.took_ms, slowest.cap_ms)
        end as task_ms,
    from clocks
    inner join slowest using (use_case, clock)
),

arms as (
    select
        use_case,
        clock,
        tier,
        count(*) as n,
        median(first_turn_ms) as first_turn_ms,
        avg(turns) as turns,
        avg(resolved::integer) as resolved,
    from charged
    group by all
),

strata as (
    select
        use_case,
        clock,
        tier,
        intent,
        count(*) as n,
        avg(task_ms) as mean_ms,
        var_samp(task_ms) / count(*) as variance,
    from charged
    group by all
    having count(*) >= 2
),

sizes as (
    select tier, min(typical_low_ms) as size
    from model_tiers
    group by tier
),

pairs as (
    select
        smaller.use_case,
        smaller.clock,
        smaller.tier as smaller_tier,
        larger.tier as larger_tier,
        smaller.n + larger.n as n,
        smaller.mean_ms - larger.mean_ms as difference_ms,
        smaller.variance + larger.variance as variance,
    from strata as smaller
    inner join strata as larger using (use_case, clock, intent)
    inner join sizes as smaller_size on smaller.tier = smaller_size.tier
    inner join sizes as larger_size on larger.tier = larger_size.tier
    where smaller_size.size < larger_size.size
),

differences as (
    select
        use_case,
        clock,
        smaller_tier,
        larger_tier,
        sum(n)::bigint as n_compared,
        sum(n * difference_ms) / sum(n) as difference_ms,
        1.6448536269514722 * sqrt(sum(n ** 2 * variance)) / sum(n) as half_width_ms,
    from pairs
    group by all
)

select
    differences.use_case,
    differences.clock,
    differences.smaller_tier,
    differences.larger_tier,
    smaller.n as n_smaller,
    larger.n as n_larger,
    differences.n_compared,
    smaller.first_turn_ms as first_turn_smaller_ms,
    larger.first_turn_ms as first_turn_larger_ms,
    smaller.turns as turns_smaller,
    larger.turns as turns_larger,
    smaller.resolved as resolved_smaller,
    larger.resolved as resolved_larger,
    differences.difference_ms,
    differences.difference_ms - differences.half_width_ms as difference_low_ms,
    differences.difference_ms + differences.half_width_ms as difference_high_ms,
    case
        when least(smaller.n, larger.n) < 30 then 'too_few'
        when difference_low_ms > 0 and smaller.first_turn_ms < larger.first_turn_ms then 'backfires'
        when difference_high_ms < 0 then 'pays'
        else 'unclear'
    end as verdict,
from differences
inner join arms as smaller
    on
        differences.use_case = smaller.use_case
        and differences.clock = smaller.clock
        and differences.smaller_tier = smaller.tier
inner join arms as larger
    on
        differences.use_case = larger.use_case
        and differences.clock = larger.clock
        and differences.larger_tier = larger.tier
