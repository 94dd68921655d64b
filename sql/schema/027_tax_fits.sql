-- What a lower-quality fallback costs a use case, fitted with what slowness costs it; all null where no fallback answered.
-- grain: use_case, fitted_at
-- fallback_verdict      as `verdict`, of what fallbacks cost
-- fallback_reason       why, for people
-- fallback_cure         what would make it measured, for people; null when it is
-- fallback_effect_low   log of the rate without fallback over the rate as served, lower end of the 90 % interval
-- fallback_effect       the same, middle
-- fallback_effect_high  the same, upper end
-- fallback_within       the same, from sessions of the same asked model and hour alone
-- fallback_within_se    its standard error, without confounding
-- fallback_confounding  the error that confounding may add to it (one standard deviation)
-- fallback_provider     the same, from hours in which one model fell back and others did not; null without such hours
-- fallback_provider_se  its standard error
-- fallback_data_share   how much of the result is data [0..1]
alter table tax_fits add column fallback_verdict varchar;
alter table tax_fits add column fallback_reason varchar;
alter table tax_fits add column fallback_cure varchar;
alter table tax_fits add column fallback_effect_low double;
alter table tax_fits add column fallback_effect double;
alter table tax_fits add column fallback_effect_high double;
alter table tax_fits add column fallback_within double;
alter table tax_fits add column fallback_within_se double;
alter table tax_fits add column fallback_confounding double;
alter table tax_fits add column fallback_provider double;
alter table tax_fits add column fallback_provider_se double;
alter table tax_fits add column fallback_data_share double;
