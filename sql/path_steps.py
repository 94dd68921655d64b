"""The steps of a critical path that an objective may name, and those that it may name together."""

import csv
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("path_steps.csv")


@cache
def path_steps() -> tuple[tuple[str, str | None], ...]:
    """Every step and the group it is of, if any; in the order of the columns of request_steps."""
    with FILE.open(newline="", encoding="utf-8") as file:
        return tuple((row["step"], row["step_group"] or None) for row in csv.DictReader(file))


def step_names() -> list[str]:
    """What an objective may name: groups and steps."""
    groups = dict.fromkeys(group for _, group in path_steps() if group)
    return [*groups, *(step for step, _ in path_steps())]
