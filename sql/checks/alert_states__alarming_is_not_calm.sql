-- Nothing is alarming and over at once, and what burns has late requests.
select *
from alert_states
where is_alarming and (is_calm or (kind = 'burn' and bad = 0))
