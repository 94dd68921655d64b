-- How long calls usually take, from those of a period and at least the seven days before its end: of a model, to the first token (a
-- line over prompt tokens) and for every token, as it is at that hour of the day; of a tool, search or other step, and of the way there
-- and back in the network, the median. An hour of the day counts with twenty calls at the usual pace beside its own.
-- grain: subject, hour_of_day
-- subject          as in call_sketch
-- hour_of_day      0 to 23, UTC; only models have faster and slower hours
-- tier             tier of a model
-- n                calls, over all hours [count]
-- first_token_ms   first token of an empty prompt, or the whole call where there are no tokens [ms]
-- input_token_ms   first token, for every prompt token [ms]
-- output_token_ms  for every completion token [ms]
-- parameters: from_at, to_at
with buckets as (
    select
        what,
        subject,
        any_value(tier) as tier,
        hour_of_day(hour) as hour_of_day,
        bucket,
        sum(n)::bigint as n,
        sum(ms) as ms,
        sum(input_tokens) as x,
        sum(input_tokens_2) as xx,
        sum(ms_input_tokens) as xy,
    from lake.call_sketch
    where
        hour >= least(hour_of(from_at), to_at::timestamptz - interval 7 day)
        and hour < to_at
    group by what, subject, hour_of_day, bucket
),

cumulated as (
    select
        what,
        subject,
        bucket,
        sum(sum(n)) over (partition by what, subject order by bucket nulls first) as up_to,
        sum(sum(n)) over (partition by what, subject) as total,
    from buckets
    group by what, subject, bucket
),

medians as (
    select
        what,
        subject,
        min(bucket_ms(bucket)) filter (where up_to >= 0.5 * (total - 1) + 1) as median_ms,
    from cumulated
    group by what, subject
),

sums as (
    select
        what,
        subject,
        any_value(tier) as tier,
        sum(n) as n,
        sum(ms) / sum(n) as mean_ms,
        sum(x) / sum(n) as mean_x,
        greatest(
            coalesce((sum(n) * sum(xy) - sum(x) * sum(ms)) / nullif(sum(n) * sum(xx) - sum(x) ** 2, 0), 0), 0
        ) as slope,
    from buckets
    group by what, subject
),

speeds as (
    select
        sums.subject,
        any_value(sums.tier) as tier,
        max(sums.n) filter (where sums.what != 'output_token') as n,
        any_value(
            case
                when sums.what = 'first_token' then sums.mean_ms - sums.slope * sums.mean_x
                else medians.median_ms
            end
        ) filter (where sums.what != 'output_token') as first_token_ms,
        coalesce(any_value(sums.slope) filter (where sums.what = 'first_token'), 0) as input_token_ms,
        coalesce(any_value(medians.median_ms) filter (where sums.what = 'output_token'), 0)
            as output_token_ms,
    from sums
    inner join medians on sums.what = medians.what and sums.subject = medians.subject
    group by sums.subject
    having first_token_ms is not null
),

loads as (
    select
        buckets.subject,
        buckets.hour_of_day,
        (20 + sum(buckets.ms / sums.mean_ms))
        / (
            20
            + sum(buckets.n + coalesce(sums.slope * (buckets.x - buckets.n * sums.mean_x) / sums.mean_ms, 0))
        )
            as load,
    from buckets
    inner join sums on buckets.what = sums.what and buckets.subject = sums.subject
    where buckets.what in ('first_token', 'output_token')
    group by buckets.subject, buckets.hour_of_day
),

hours as (
    select speeds.*, unnest(range(24))::smallint as hour_of_day
    from speeds
)

select
    hours.subject,
    hours.hour_of_day,
    hours.tier,
    hours.n,
    hours.first_token_ms * coalesce(loads.load, 1) as first_token_ms,
    hours.input_token_ms * coalesce(loads.load, 1) as input_token_ms,
    hours.output_token_ms * coalesce(loads.load, 1) as output_token_ms,
from hours
left join loads on hours.subject = loads.subject and hours.hour_of_day = loads.hour_of_day
