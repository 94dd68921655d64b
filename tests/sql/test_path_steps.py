"""The steps that an objective may name stand in the order of the columns of `request_steps`."""

from sql.dictionary import describe_tables
from sql.models import SCHEMA
from sql.path_steps import path_steps


def test_steps_are_in_the_order_of_the_columns() -> None:
    columns = describe_tables(SCHEMA)["request_steps"].columns
    ours = [f"{step}_ms" for step, _ in path_steps()]
    assert [column for column in columns if column in ours] == ours
    assert [column for column in columns if column.endswith("_perceived_ms")] == [
        f"{step}_perceived_ms" for step, _ in path_steps()
    ]
    others = {"duration_ms", "perceived_ms"}
    all_ms = {column for column in columns if column.endswith("_ms")} - others
    assert all_ms == set(ours) | {f"{step}_perceived_ms" for step, _ in path_steps()}
