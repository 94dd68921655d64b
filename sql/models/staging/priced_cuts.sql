-- Cuts of a relation with the columns of possible_cuts, less what comes back in: the usual time of the calls that take the place of
-- those that go (METHODS, critical path 6.3). Rows to which the lever does not apply are left out.
-- grain: none
-- saved_ms            off the response; null when the usual time is not known [ms]
-- perceived_saved_ms  off the wait for the first token or audio; null as above [ms]
-- added_ms            what the change itself costs the request, once [ms]
-- is_reached          whether the request is among those that the lever reaches
-- parameters: relation, from_at, to_at, chosen
with first_decisions as (
    select subject, min(started_at) as first_at
    from lake.possible_cuts
    where
        lever = 'cached_decision'
        and started_at >= from_at
        and started_at < to_at
    group by subject
),

repeated as (
    select
        cuts.*,
        cuts.cut_ms as saved_ms,
        cuts.perceived_cut_ms as perceived_saved_ms,
    from query_table(relation) as cuts
    left join first_decisions using (subject)
    where
        cuts.lever = 'cached_decision'
        and (cuts.subject is null or cuts.started_at > first_decisions.first_at)
),

hedged as (
    select
        cuts.*,
        gains.gain_ms as saved_ms,
        case when cuts.is_perceived then gains.gain_ms end as perceived_saved_ms,
    from query_table(relation) as cuts
    left join hedge_gains(
        from_at,
        to_at,
        (
            select delay_percentile
            from lever_settings(chosen)
            where lever = 'hedge'
        )
    ) as gains
        on
            cuts.subject = gains.subject
            and call_bucket(cuts.cut_ms) = gains.bucket
    where
        cuts.lever = 'hedge'
        and coalesce(gains.gain_ms > 0, true)
),

compared as (
    select
        cuts.*,
        cuts.lever = 'fast_tier' as is_routed,
        case when is_routed then faster.first_token_ms else speeds.first_token_ms end as call_ms,
        case when is_routed then faster.input_token_ms else speeds.input_token_ms end as input_ms,
        case when is_routed then faster.output_token_ms else speeds.output_token_ms end as output_ms,
        usual_ms(cuts.calls, call_ms) + usual_ms(cuts.input_tokens, input_ms) as token_ms,
        token_ms + usual_ms(cuts.output_tokens, output_ms) as back_ms,
        token_ms + usual_ms(cuts.perceived_output_tokens, output_ms) as perceived_back_ms,
    from query_table(relation) as cuts
    left join call_speeds(from_at, to_at) as speeds
        on replace(cuts.subject, 'network within a region', 'network') = speeds.subject
    left join faster_models(from_at, to_at) as faster on speeds.tier = faster.tier
    where
        cuts.lever not in ('cached_decision', 'hedge')
        and (cuts.lever != 'fast_tier' or faster.tier is not null or speeds.tier is null)
),

replaced as (
    select
        * exclude (is_routed, call_ms, input_ms, output_ms, token_ms, back_ms, perceived_back_ms),
        case lever
            when 'stream' then 0
            when 'prompt_cache' then cut_ms + back_ms
            else cut_ms - back_ms
        end as saved_ms,
        case lever
            when 'stream'
                then
                    case
                        when perceived_cut_ms < perceived_back_ms then 0
                        else perceived_cut_ms - perceived_back_ms
                    end
            when 'prompt_cache' then perceived_cut_ms + token_ms
            else perceived_cut_ms - perceived_back_ms
        end as perceived_saved_ms,
    from compared
    where
        subject is distinct from 'network within a region'
        or cut_ms > 2 * back_ms
)

select
    cuts.* replace (
        settings.cut * cuts.saved_ms as saved_ms,
        case when cuts.is_perceived then settings.cut * cuts.perceived_saved_ms else 0 end
            as perceived_saved_ms
    ),
    settings.added_ms,
    cuts.draw < settings.share as is_reached,
from (
    from repeated
    union all by name
    from hedged
    union all by name
    from replaced
) as cuts
inner join lever_settings(chosen) as settings on cuts.lever = settings.lever
