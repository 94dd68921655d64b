-- Whether a filter lets a value through: an absent filter lets all through.
-- parameters: choices, chosen_value
(choices is null or coalesce(list_contains(choices, chosen_value), false))
