-- What a first token is, what the user wanted, and what was done to be fast: facts of a span that only some senders tell.
-- grain: none
-- ttft_kind     first_visible, first_audio, or first_chunk where a thought may have come first; null without ttft_ms
-- intent        what the user wants
-- speculative   started before it was known to be needed
-- hedge_group   calls of one name race for one answer
-- service_tier  price tier of the call: standard, priority, sla, provisioned, flex or batch
-- decision_key  what a planner or router decides about: equal keys, equal decisions
alter table spans add column ttft_kind varchar;
alter table spans add column intent varchar;
alter table spans add column speculative boolean;
alter table spans add column hedge_group varchar;
alter table spans add column service_tier varchar;
alter table spans add column decision_key varchar;
