-- What tells tasks apart: their subject, and which model was asked first.
-- grain: request_id
-- intent      what the user wants, as declared
-- first_tier  tier of the request's first model call
alter table requests add column intent varchar;
alter table requests add column first_tier varchar;
