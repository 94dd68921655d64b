"""What can be asked, for people: every table, view and function with its columns.

`python -m sql.data_dictionary` prints docs/DATA_DICTIONARY.md from the headers of the SQL files.
"""

from collections.abc import Iterator

from sql.dictionary import Description, describe, describe_tables
from sql.models import MODELS, SCHEMA

TITLE = """# Data dictionary

Every table, view and function that a query may name, made from the headers of the SQL files by
`uv run python -m sql.data_dictionary`. Times are `TIMESTAMPTZ` in UTC, `_ms` are milliseconds,
`_usd` US dollars, ratios lie between 0 and 1, and unknown is null. A function with a default for
each parameter is also a view of the same name.
"""
PARTS = {
    "Models": "What people read: `from NAME`, or `from NAME(parameters)`.",
    "Tables": "What the lake holds; the models are made of them.",
    "Settings": "Use cases, objectives, tiers, levers and prices, as the settings have them.",
}


def entries() -> dict[str, list[Description]]:
    """The descriptions of each part, by name."""
    models = [describe(file) for file in sorted((MODELS / "marts").glob("*.sql"))]
    models = [model for model in models if model.columns]
    names = {model.name for model in models}
    tables = describe_tables(SCHEMA)
    return {
        "Models": models,
        "Tables": [table for name, table in sorted(tables.items()) if name not in names],
        "Settings": [describe(file) for file in sorted((MODELS / "dimensions").glob("*.sql"))],
    }


def call(entry: Description) -> str:
    """How it is named in a query: with its parameters, and their defaults."""
    if not entry.parameters:
        return entry.name
    parameters = (f"{name} := {default}" if default else name for name, default in entry.parameters)
    return f"{entry.name}({', '.join(parameters)})"


def markdown() -> Iterator[str]:
    """The lines of the dictionary."""
    yield TITLE
    for part, described in entries().items():
        yield f"## {part}\n\n{PARTS[part]}\n"
        for entry in described:
            yield from _entry(entry)


def _entry(entry: Description) -> Iterator[str]:
    grain = f" One row: {', '.join(f'`{column}`' for column in entry.grain)}." * bool(entry.grain)
    yield f"### {entry.name}\n\n{entry.text}{grain}\n"
    if entry.parameters:
        yield f"`{call(entry)}`\n"
    yield "| column | meaning |\n|---|---|"
    yield from (
        f"| `{name}` | {comment.replace('|', '&#124;')} |"
        for name, comment in entry.columns.items()
    )
    yield ""


if __name__ == "__main__":
    print("\n".join(markdown()).rstrip())  # noqa: T201 - the output
