"""The tables of the settings and conventions: use cases, objectives, tiers, conversions' names."""

from collections.abc import Iterator
from pathlib import Path

from sql import conversions
from sql.dictionary import comment_statements, describe, literal
from sql.settings import Settings

FOLDER = Path(__file__).parent / "models" / "dimensions"

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
            (u.name, o.sli, position, o.threshold_ms, o.objective, o.window_days)
            for u in settings.use_cases
            for position, o in enumerate(u.objectives, start=1)
        ],
        "own_prices": [
            (
                p.model.lower(),
                p.provider,
                p.input_usd_per_mtok,
                p.output_usd_per_mtok,
                p.cached_input_usd_per_mtok,
            )
            for p in settings.prices
        ],
        "conversion_names": [(name,) for name in sorted(conversions.names())],
        "model_tiers": [
            (t.name, t.title, t.typical_low_ms, t.typical_high_ms, pattern)
            for t in settings.tiers
            for pattern in t.models
        ],
    }


def _values(row: Row) -> str:
    return f"({', '.join(map(literal, row))})"
