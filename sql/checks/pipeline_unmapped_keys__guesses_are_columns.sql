-- Every guess for a key that nothing reads is a column of spans.
select guesses.*
from column_guesses as guesses
anti join duckdb_columns() as known
    on guesses.column_name = known.column_name and known.table_name = 'spans'
