-- Classes of models that are about as large, and so about as fast.
-- grain: tier, pattern
-- tier             as in requests.tier
-- title            for people
-- typical_low_ms   typical response, from [ms]
-- typical_high_ms  typical response, to [ms]
-- pattern          glob of model names in this tier
tier varchar,
title varchar,
typical_low_ms double,
typical_high_ms double,
pattern varchar
