-- How long calls usually take, from those of a period and at least the seven days before its end: of a model, to the first token (a
-- line over prompt tokens) and for every token; of a tool, search or other step, and of the way there and back in the network, the median.
-- grain: subject
-- subject          as in call_sketch
-- tier             tier of a model
-- n                calls [count]
-- first_token_ms   first token of an empty prompt, or the whole call where there are no tokens [ms]
-- input_token_ms   first token, for every prompt token [ms]
-- output_token_ms  for every completion token [ms]
-- parameters: from_at, to_at
with buckets as (
    select
        what,
        subject,
        any_value(tier) as tier,
        bucket,
        sum(n) as n,
        sum(ms) as ms,
        sum(input_tokens) as x,
        sum(input_tokens_2) as xx,
        sum(ms_input_tokens) as xy,
    from lake.call_sketch
    where
        hour >= least(hour_of(from_at), to_at::timestamptz - interval 7 day)
        and hour < to_at
    group by what, subject, bucket
),

cumulated as (
    select
        *,
        sum(n) over (partition by what, subject order by bucket nulls first) as up_to,
        sum(n) over (partition by what, subject) as total,
    from buckets
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
        min(bucket_ms(bucket)) filter (where up_to >= 0.5 * (total - 1) + 1) as median_ms,
    from cumulated
    group by what, subject
)

select
    subject,
    any_value(tier) as tier,
    max(n) filter (where what != 'output_token') as n,
    any_value(case when what = 'first_token' then mean_ms - slope * mean_x else median_ms end)
        filter (where what != 'output_token') as first_token_ms,
    coalesce(any_value(slope) filter (where what = 'first_token'), 0) as input_token_ms,
    coalesce(any_value(median_ms) filter (where what = 'output_token'), 0) as output_token_ms,
from sums
group by subject
having first_token_ms is not null
