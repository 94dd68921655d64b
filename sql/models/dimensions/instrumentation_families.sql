-- Which family of conventions an instrumentation scope speaks, from families.csv; the first that matches counts.
-- grain: position
-- position  1 is asked first
-- pattern   glob of scopes
-- family    as in conventions.csv
"position" integer,
pattern varchar,
family varchar
