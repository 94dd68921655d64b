-- A number that orders moments, equal ones by span id: below 2^61, whatever clock was wrong; moments before 1970 and after 2112 are alike.
-- parameters: moment, span_id
(greatest(least(epoch_us(moment), (1::bigint << 52) - 1), 0) * 512 + (hash(span_id) % 512)::bigint)
