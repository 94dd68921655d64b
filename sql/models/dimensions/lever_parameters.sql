-- What can be set about a lever, from levers.toml.
-- grain: lever, parameter
-- lever          as in levers
-- parameter      share, cut, added_ms or delay_percentile
-- title          for people
-- default_value  as shipped, in its unit
-- lowest         least value allowed
-- highest        greatest value allowed
-- unit           share [0..1] or ms
lever varchar,
parameter varchar,
title varchar,
default_value double,
lowest double,
highest double,
unit varchar
