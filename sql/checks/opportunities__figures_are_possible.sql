-- A lever applies to no more requests than there are, and compliance is a share; a lever that does not apply saves nothing.
select *
from opportunities
where
    n > requests
    or not compliance_after between 0 and 1
    or (applies != 'yes' and (n > 0 or saved_ms is not null))
