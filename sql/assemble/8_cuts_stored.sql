-- What goes into the lake about levers, from `cuts` and `calls`. Columns as in schema/015 to 017.
create or replace temp table request_cuts as
select
    assembled.request_id,
    any_value(assembled.started_at) as started_at,
    any_value(assembled.use_case) as use_case,
    any_value(assembled.channel) as channel,
    any_value(assembled.environment) as environment,
    any_value(assembled.tier) as tier,
    any_value(assembled.duration_ms) as duration_ms,
    any_value(assembled.perceived_ms) as perceived_ms,
    any_value(assembled.ttft_ms) as ttft_ms,
    cuts.lever,
    cuts.subject,
    sum(cuts.cut_ms) as cut_ms,
    cuts.perceived_cut_ms is not null as is_perceived,
    sum(cuts.perceived_cut_ms) as perceived_cut_ms,
    draw_of(assembled.request_id, cuts.lever) as draw,
    count(*) over (partition by assembled.request_id, cuts.lever) as parts,
    coalesce(sum(cuts.calls), 0) as calls,
    coalesce(sum(cuts.input_tokens), 0) as input_tokens,
    coalesce(sum(cuts.output_tokens), 0) as output_tokens,
    coalesce(sum(cuts.perceived_output_tokens), 0) as perceived_output_tokens,
from cuts
inner join assembled on cuts.request_row = assembled.rowid
where
    cuts.is_on_path
    and cuts.cut_ms is not null
    and assembled.outcome = 'ok'
    and assembled.use_case is not null
group by assembled.request_id, cuts.lever, cuts.subject, is_perceived;

create or replace temp table request_doubts as
with doubtful as (
    select request_row, lever
    from cuts
    where is_on_path
    group by all
    having count(cut_ms) = 0
)

select
    date_trunc('hour', assembled.started_at) as hour,
    assembled.use_case,
    assembled.channel,
    assembled.environment,
    assembled.tier,
    doubtful.lever,
    count(*) as n,
from doubtful
inner join assembled on doubtful.request_row = assembled.rowid
where assembled.outcome = 'ok' and assembled.use_case is not null
group by all;

create or replace temp table calls_sketched as
with usual_calls as (
    select calls.*, assembled.started_at
    from calls
    inner join assembled on calls.request_row = assembled.rowid
    where
        not calls.has_failed
        and not coalesce(calls.cold_start, false)
        and assembled.trace_id not in (select again.trace_id from again)
),

times as (
    select
        started_at,
        'first_token' as what,
        model as subject,
        tier,
        ttft_ms as ms,
        input_tokens,
    from usual_calls
    where step = 'llm' and input_tokens is not null and coalesce(cached_tokens, 0) = 0
    union all by name
    select
        started_at,
        'output_token' as what,
        model as subject,
        tier,
        (duration_ms - ttft_ms) / output_tokens as ms,
    from usual_calls
    where step = 'llm' and output_tokens > 0
    union all by name
    select started_at, 'operation' as what, operation as subject, duration_ms as ms
    from usual_calls
    where step != 'llm'
    union all by name
    select assembled.started_at, 'network' as what, 'network' as subject, cuts.cut_ms as ms
    from cuts
    inner join assembled on cuts.request_row = assembled.rowid
    where cuts.subject = 'network within a region' and cuts.lever = 'network'
)

select
    date_trunc('hour', started_at) as hour,
    what,
    subject,
    tier,
    call_bucket(ms) as bucket,
    count(*) as n,
    sum(ms) as ms,
    sum(input_tokens) as input_tokens,
    sum(input_tokens::double ** 2) as input_tokens_2,
    sum(ms * input_tokens) as ms_input_tokens,
from times
where ms is not null and subject is not null
group by all
