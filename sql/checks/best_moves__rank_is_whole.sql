-- Moves are ranked from 1 on, without gap or tie.
select max(move_rank) as last_rank, count(distinct move_rank) as ranks, count(*) as moves
from best_moves
having last_rank != moves or ranks != moves
