-- What attributes mean: conventions.csv, one row per fact that a key may say.
-- grain: position
-- position     line in the file
-- key          attribute key, event name, or glob of a name; what follows # leads into a JSON text
-- place        where it stands: span, event, resource, name, scope, conversion or log; several with |
-- scope        globs of the scopes for which it holds; empty for all
-- family       who sends it
-- column_name  column of spans that it fills; in brackets what is done with the text
-- reading      how it is read
-- priority     1 is believed first
-- source       where it is specified, or that it was captured
"position" integer,
"key" varchar,
place varchar,
scope varchar,
family varchar,
column_name varchar,
reading varchar,
priority varchar,
source varchar
