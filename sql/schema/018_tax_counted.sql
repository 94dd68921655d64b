-- How far tax_cells counts: everything assembled or reported up to here. What came later is counted with its whole UTC day, anew.
-- grain: counted_at
-- requests_through     requests assembled until then are counted [UTC]
-- conversions_through  conversions reported until then are counted [UTC]
-- counted_at           when [UTC]
create table tax_counted (
    requests_through timestamptz,
    conversions_through timestamptz,
    counted_at timestamptz
);
