-- Every objective's board against the period of equal length that ends where the chosen one begins.
-- A change is better or worse only when the 90 % interval of the difference leaves zero out (Newcombe: squared arms of the two
-- intervals add up), else unclear.
-- grain: use_case, position
-- use_case                as in objectives
-- position                as in objectives
-- total_before            requests that counted in the period before [count]
-- compliance_before       compliance in the period before [0..1]
-- compliance_change       compliance less that of the period before; null when either is unknown [-1..1]
-- compliance_change_low   lower end of its 90 % interval [-1..1]
-- compliance_change_high  upper end of its 90 % interval [-1..1]
-- p95_before              95th percentile in the period before [ms]
-- p95_change              p95 less that of the period before; null when either is unknown [ms]
-- change                  better, worse or unclear; null when either period has nothing to count
-- change_rank             1 is the largest change of compliance that is better or worse; null for the others
-- parameters: from_at, to_at, use_case_list := null::varchar[], channel_list := null::varchar[], tier_list := null::varchar[], environment_list := null::varchar[]
with differences as (
    select
        use_case,
        "position",
        chosen.compliance - earlier.compliance as compliance_change,
        compliance_change - sqrt(
            (chosen.compliance - chosen.compliance_low) ** 2
            + (earlier.compliance_high - earlier.compliance) ** 2
        ) as compliance_change_low,
        compliance_change + sqrt(
            (chosen.compliance_high - chosen.compliance) ** 2
            + (earlier.compliance - earlier.compliance_low) ** 2
        ) as compliance_change_high,
        chosen.p95 - earlier.p95 as p95_change,
        earlier.total as total_before,
        earlier.compliance as compliance_before,
        earlier.p95 as p95_before,
        case
            when compliance_change is null then null
            when compliance_change_low > 0 then 'better'
            when compliance_change_high < 0 then 'worse'
            else 'unclear'
        end as change,
    from slo_board(
        from_at, to_at, use_case_list, channel_list, tier_list, environment_list
    ) as chosen
    inner join slo_board(
        from_at::timestamptz - (to_at::timestamptz - from_at::timestamptz),
        from_at,
        use_case_list,
        channel_list,
        tier_list,
        environment_list
    ) as earlier using (use_case, "position")
)

select
    use_case,
    "position",
    total_before,
    compliance_before,
    compliance_change,
    compliance_change_low,
    compliance_change_high,
    p95_before,
    p95_change,
    change,
    case
        when change in ('better', 'worse')
            then
                row_number() over (
                    partition by change in ('better', 'worse')
                    order by abs(compliance_change) desc, use_case, "position"
                )
    end as change_rank,
from differences
order by use_case, "position"
