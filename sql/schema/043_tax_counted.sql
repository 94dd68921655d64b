-- What is paid by the month is shared out when a day is counted: all days are counted anew when it changes.
-- grain: counted_at
-- reserved_capacity  the rows of reserved_capacity by which it was; null when there were none
alter table tax_counted add column reserved_capacity varchar;
