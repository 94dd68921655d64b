"""The comment that opens every SQL file: what a row is, each column, its unit."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

_COLUMN = re.compile(r"-- (?P<name>[a-z_0-9]+)  +(?P<comment>.+)")
_DROPPED = re.compile(r"drop column ([a-z_0-9]+)")
_GRAIN = "-- grain: "
_PARAMETERS = "-- parameters: "


@dataclass(frozen=True, slots=True)
class Description:
    """What the header of a SQL file says. `grain` is empty where rows have no key."""

    name: str
    text: str
    grain: tuple[str, ...]
    parameters: tuple[tuple[str, str], ...]
    """(name, default as SQL or "") of a table macro, in order."""
    columns: dict[str, str]
    """Comment by column name, in order."""
    body: str


@cache
def describe(file: Path) -> Description:
    """The description of a table or model, from its file."""
    lines = file.read_text().splitlines()
    header = [line for line in lines if line.startswith("--")]
    text, grain, parameters, columns = "", "", "", {}
    for line in header:
        column = _COLUMN.fullmatch(line)
        if line.startswith(_GRAIN):
            grain = line.removeprefix(_GRAIN)
        elif line.startswith(_PARAMETERS):
            parameters = line.removeprefix(_PARAMETERS)
        elif column and grain:
            columns[column["name"]] = column["comment"]
        else:
            text = f"{text} {line.removeprefix('--').strip()}".strip()
    return Description(
        name=re.sub(r"^\d+_", "", file.stem),
        text=text,
        grain=tuple(grain.split(", ")) if grain not in {"", "none"} else (),
        parameters=tuple(_parameter(part) for part in parameters.split(", ") if part),
        columns=columns,
        body="\n".join(lines[len(header) :]).strip().rstrip(";"),
    )


def describe_tables(schema: Path) -> dict[str, Description]:
    """The tables of a folder of schema steps; a later step of a name adds and drops columns."""
    tables: dict[str, Description] = {}
    for table in map(describe, sorted(schema.glob("*.sql"))):
        first = tables.setdefault(table.name, table)
        columns = first.columns | table.columns
        gone = _DROPPED.findall(table.body)
        kept = {name: comment for name, comment in columns.items() if name not in gone}
        tables[table.name] = replace(first, columns=kept)
    return tables


def _parameter(text: str) -> tuple[str, str]:
    name, _, default = text.partition(" := ")
    return name, default


def comment_statements(kind: str, name: str, description: Description) -> Iterator[str]:
    """SQL that puts the description where DuckDB shows it."""
    yield f"COMMENT ON {kind} {name} IS {literal(description.text)}"
    for column, comment in description.columns.items():
        yield f'COMMENT ON COLUMN {name}."{column}" IS {literal(comment)}'


def literal(value: object) -> str:
    """A SQL literal: text, number, truth or null."""
    if value is None:
        return "NULL"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return repr(value)
