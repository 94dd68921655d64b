-- A use case has one model that it should use at most, and one recommendation.
select use_case, count_if(is_recommended) as models, count(distinct recommendation) as recommendations
from model_fit
group by use_case
having models > 1 or recommendations != 1
