"""How long a fit takes when four weeks hold millions of sessions: it hardly has more cells."""

from datetime import UTC, datetime
from time import perf_counter, process_time

import pyarrow as pa
from rich.table import Table
from threadpoolctl import threadpool_limits

from sql.tax.count import Counted, count
from sql.tax.measure import measured
from sql.tax.read import cells_of, merge_with
from tests.benchmarks.tax_lake import lake_in_memory, settings_for
from tests.benchmarks.tax_worlds import WORLDS, simulate

A_MILLION = 1_000_000
WORLD = next(world for world in WORLDS if world.fallbacks)


def fit_times(millions: list[int]) -> Table:
    """Time to read and to fit, by sessions."""
    table = Table(
        "sessions", "cells", "cells of a fit", "read s", "fit s", "fit CPU s",
        title="One use case, three models, 28 days",
    )  # fmt: skip
    for each in millions:
        table.add_row(*_timed(each))
    return table


def _timed(millions: int) -> tuple[str, ...]:
    settings = settings_for("live_chat")
    with lake_in_memory(settings) as con:
        parts = []
        for seed in range(millions):
            con.register("sessions_to_count", simulate(WORLD, A_MILLION, seed).sessions)
            parts.append(count(con, "tax_cells"))
        counted = pa.concat_tables(parts, promote_options="permissive")
        merge_with(con, Counted([], {"tax_cells": counted}, None))
        began = perf_counter()
        cells = cells_of(con, "live_chat")
        read, fit_began, cpu_began = perf_counter(), perf_counter(), process_time()
        with threadpool_limits(1):
            measured(cells, settings.use_cases[0], datetime.now(UTC))
        fit, cpu = perf_counter() - fit_began, process_time() - cpu_began
    figures = (f"{figure:.2f}" for figure in (read - began, fit, cpu))
    return f"{millions * A_MILLION:,}", f"{len(counted):,}", f"{len(cells.hour):,}", *figures
