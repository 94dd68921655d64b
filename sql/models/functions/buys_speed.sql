-- Whether a price tier promises speed.
-- parameters: service_tier
(coalesce(service_tier in ('priority', 'sla', 'provisioned'), false))
