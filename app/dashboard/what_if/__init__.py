"""The page What if: levers, and the budget brief."""
