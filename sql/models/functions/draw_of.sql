-- A number from 0 to 1 by request and lever, always the same: a lever that reaches a share of the requests reaches those below it.
-- parameters: request_id, lever
((hash(request_id || lever) / 18446744073709551616.0)::float)
