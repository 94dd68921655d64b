-- What is left at the end of the burn-down is what the board says.
with last_hours as (
    select use_case, "position", last(budget_left order by hour) as budget_left
    from slo_burn_down(now(), null, null, null, null)
    group by all
)

select use_case, "position", last_hours.budget_left, board.budget_left as board_budget_left
from last_hours
full join slo_board(now(), now(), null, null, null, null) as board using (use_case, "position")
where abs(last_hours.budget_left - board.budget_left) > 1e-9
    or (last_hours.budget_left is null) != (board.budget_left is null)
