-- Which attributes arrive that nothing reads yet?
select key, services, spans, column_name as probably
from pipeline_unmapped_keys
order by spans desc
