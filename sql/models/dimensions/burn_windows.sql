-- When an error budget burns so fast that someone is to be told: multi-window, multi-burn-rate, from burn_windows.csv.
-- grain: severity, long_minutes
-- severity        page or ticket
-- long_minutes    the window that must burn [min]
-- short_minutes   the window that must burn too, so that what is over is not told [min]
-- budget_share    share of the error budget that burns in the long window at the threshold [0..1]
-- bad_least       fewer bad requests in the long window never tell [count]
-- burn_low_least  the lower end of the burn rate's 90 % interval must lie above this [times]
-- source          where it is from
severity varchar,
long_minutes integer,
short_minutes integer,
budget_share double,
bad_least integer,
burn_low_least double,
source varchar
