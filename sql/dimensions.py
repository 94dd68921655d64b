"""The tables of the settings and conventions: use cases, tiers, families, names and guesses."""

import csv
from collections.abc import Iterator
from pathlib import Path

from sql import conversions
from sql.dictionary import comment_statements, describe, literal
from sql.levers import levers
from sql.path_steps import path_steps
from sql.settings import Settings

FOLDER = Path(__file__).parent / "models" / "dimensions"
BURN_WINDOWS = Path(__file__).parent / "burn_windows.csv"

Row = tuple[object, ...]


def dimension_statements(settings: Settings) -> Iterator[str]:
    """SQL that makes and fills them in a session."""
    rows = _rows(settings)
    for file in sorted(FOLDER.glob("*.sql")):
        dimension = describe(file)
        name = f"memory.main.{dimension.name}"
        yield f"CREATE OR REPLACE TABLE {name} ({dimension.body})"
        if rows[dimension.name]:
            yield f"INSERT INTO {name} VALUES {', '.join(map(_values, rows[dimension.name]))}"
        yield from comment_statements("TABLE", name, dimension)


def _rows(settings: Settings) -> dict[str, list[Row]]:
    return {
        "use_cases": [
            (u.name, u.title, u.channel, u.decay, u.value_usd, u.capture_rate)
            for u in settings.use_cases
        ],
        "objectives": [
            (u.name, o.sli, o.step, position, o.threshold_ms, o.objective, o.window_days)
            for u in settings.use_cases
            for position, o in enumerate(u.objectives, start=1)
        ],
        "path_steps": [(at, *step) for at, step in enumerate(path_steps(), start=1)],
        "own_prices": [
            (
                p.model.lower(),
                p.provider,
                p.service_tier,
                p.input_usd_per_mtok,
                p.output_usd_per_mtok,
                p.cached_input_usd_per_mtok,
            )
            for p in settings.prices
        ],
        "conventions": _listed("conventions.csv"),
        "instrumentation_families": _listed("families.csv"),
        "column_guesses": _listed("guesses.csv"),
        "levers": [
            (
                lever.name,
                position,
                lever.title,
                lever.description,
                lever.assumptions,
                lever.no,
                lever.unknown,
            )
            for position, lever in enumerate(levers().values(), start=1)
        ],
        "lever_parameters": [
            (lever.name, p.name, p.title, p.default, p.min, p.max, p.unit)
            for lever in levers().values()
            for p in lever.parameters
        ],
        "benchmarks": [
            (b.name, b.title, b.kind, b.loss_per_100_ms, b.source) for b in settings.benchmarks
        ],
        "conversion_names": [(name,) for name in sorted(conversions.names())],
        "model_tiers": [
            (t.name, t.title, t.typical_low_ms, t.typical_high_ms, pattern)
            for t in settings.tiers
            for pattern in t.models
        ],
        "burn_windows": list(_burn_windows()),
    }


def _burn_windows() -> Iterator[Row]:
    with BURN_WINDOWS.open(newline="") as file:
        for severity, *figures, source in list(csv.reader(file))[1:]:
            yield severity, *map(float, figures), source


def _listed(name: str) -> list[Row]:
    """The rows of a file beside this one, with their position from 1."""
    with Path(__file__).with_name(name).open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))[1:]
    return [(position, *row) for position, row in enumerate(rows, start=1)]


def _values(row: Row) -> str:
    return f"({', '.join(map(literal, row))})"
