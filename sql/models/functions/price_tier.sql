-- The price tier at which a call is paid: standard where it says none.
-- parameters: service_tier
(coalesce(service_tier, 'standard'))
