-- No figure about the pipeline is negative, and no share is above 1.
select topic, subject, "value", unit
from pipeline_health
where "value" < 0 or (unit = 'ratio' and "value" > 1)
