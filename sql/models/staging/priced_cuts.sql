-- Cuts of a relation with the columns of possible_cuts, less what comes back in by another with those of lever_prices: the usual time of the calls that take the place of
-- those that go (METHODS, critical path 6.3). Rows to which the lever does not apply are left out.
-- grain: none
-- saved_ms            off the response; null when the usual time is not known [ms]
-- perceived_saved_ms  off the wait for the first token or audio; null as above [ms]
-- added_ms            what the change itself costs the request, once [ms]
-- is_reached          whether the request is among those that the lever reaches
-- parameters: relation, prices_relation, chosen
with compared as (
    select
        cuts.*,
        prices.gain_ms,
        prices.met_at,
        prices.larger_tiers,
        usual_ms(cuts.calls, prices.call_ms) + usual_ms(cuts.input_tokens, prices.input_token_ms) as token_ms,
        token_ms + usual_ms(cuts.output_tokens, prices.output_token_ms) as back_ms,
        token_ms + usual_ms(cuts.perceived_output_tokens, prices.output_token_ms) as perceived_back_ms,
    from query_table(relation) as cuts
    left join query_table(prices_relation) as prices
        on
            case when cuts.lever in ('fast_tier', 'hedge', 'cached_decision') then cuts.lever else 'call' end
            = prices.basis
            and case cuts.lever when 'fast_tier' then cuts.use_case else cuts.subject end = prices.subject
            and case cuts.lever
                when 'hedge' then call_bucket(cuts.cut_ms)
                when 'cached_decision' then null
                else hour_of_day(cuts.started_at)
            end is not distinct from prices.slot
),

replaced as (
    select
        *,
        case lever
            when 'stream' then 0
            when 'hedge' then gain_ms
            when 'cached_decision' then cut_ms
            when 'prompt_cache' then cut_ms + back_ms
            else cut_ms - back_ms
        end as gone_ms,
        case lever
            when 'stream'
                then
                    case
                        when perceived_cut_ms < perceived_back_ms then 0
                        else perceived_cut_ms - perceived_back_ms
                    end
            when 'hedge' then case when is_perceived then gain_ms end
            when 'cached_decision' then perceived_cut_ms
            when 'prompt_cache' then perceived_cut_ms + token_ms
            else perceived_cut_ms - perceived_back_ms
        end as perceived_gone_ms,
    from compared
    where
        case lever
            when 'hedge' then coalesce(gain_ms > 0, true)
            when 'fast_tier' then cut_ms is null or list_contains(larger_tiers, tier)
            when 'cached_decision' then subject is null or started_at > met_at
            when 'network' then subject is distinct from 'network within a region' or cut_ms > 2 * back_ms
            else true
        end
)

select
    cuts.* exclude (
        gain_ms, met_at, larger_tiers, token_ms, back_ms, perceived_back_ms, gone_ms, perceived_gone_ms
    ),
    settings.cut * gone_ms as saved_ms,
    case when cuts.is_perceived then settings.cut * perceived_gone_ms else 0 end as perceived_saved_ms,
    settings.added_ms,
    cuts.draw < settings.share as is_reached,
from replaced as cuts
inner join lever_settings(chosen) as settings on cuts.lever = settings.lever
