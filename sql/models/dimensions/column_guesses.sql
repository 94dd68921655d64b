-- What the name of an attribute key that nothing reads tells, from guesses.csv; the first that matches counts.
-- grain: position
-- position     1 is asked first
-- pattern      regular expression for keys in small letters
-- column_name  the column of spans that it would fill
-- reading      how conventions.csv would read it
"position" integer,
pattern varchar,
column_name varchar,
reading varchar
