"""A query's result as a table, CSV, JSON or Markdown. What a span says stays data in each."""

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum
from math import isfinite
from typing import TextIO

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

Row = Sequence[object]
NO_DATA = "–"
UNBOUNDED_WIDTH = 100_000
CONTROL_CHARACTERS = {
    code: repr(chr(code))[1:-1] for code in (*range(0x20), *range(0x7F, 0xA0)) if code != ord("\n")
}


class Format(StrEnum):
    """How rows are written."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    MARKDOWN = "markdown"


def write(columns: Sequence[str], rows: Iterable[Row], form: Format, out: TextIO) -> None:
    """Write the rows to ``out``; CSV and JSON as they come, tables once all are known."""
    writers: dict[Format, Callable[[Sequence[str], Iterable[Row], TextIO], None]] = {
        Format.TABLE: _table,
        Format.CSV: _csv,
        Format.JSON: _json,
        Format.MARKDOWN: _markdown,
    }
    writers[form](columns, rows, out)


def _table(columns: Sequence[str], rows: Iterable[Row], out: TextIO) -> None:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    kept = [list(row) for row in rows]
    for index, column in enumerate(columns):
        numeric = any(isinstance(row[index], int | float | Decimal) for row in kept)
        table.add_column(Text(column), justify="right" if numeric else "left")
    for row in kept:
        table.add_row(*(Text(_shown(value)) for value in row))
    width = None if out.isatty() else UNBOUNDED_WIDTH
    Console(file=out, width=width, highlight=False).print(table)


def _csv(columns: Sequence[str], rows: Iterable[Row], out: TextIO) -> None:
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(map(_cell, columns))
    writer.writerows([_cell(value) for value in row] for row in rows)


def _json(columns: Sequence[str], rows: Iterable[Row], out: TextIO) -> None:
    out.write("[")
    for line, row in zip(_separators(), rows, strict=False):
        record = dict(zip(columns, map(_plain, row), strict=True))
        out.write(line + json.dumps(record, ensure_ascii=False, allow_nan=False))
    out.write("\n]\n")


def _markdown(columns: Sequence[str], rows: Iterable[Row], out: TextIO) -> None:
    def line(cells: Iterable[str]) -> str:
        return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"

    out.write(line(columns))
    out.write(line("---" for _ in columns))
    for row in rows:
        out.write(line(_shown(value).replace("\n", " ") for value in row))


def _separators() -> Iterator[str]:
    yield "\n"
    while True:
        yield ",\n"


def _shown(value: object) -> str:
    """As people read it; control characters are written out, since they steer terminals."""
    if value is None:
        return NO_DATA
    if isinstance(value, float):
        return f"{value:,.6g}" if isfinite(value) else NO_DATA
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="milliseconds")
    if isinstance(value, dict | list):
        return json.dumps(_plain(value), ensure_ascii=False).translate(CONTROL_CHARACTERS)
    return str(value).translate(CONTROL_CHARACTERS)


def _cell(value: object) -> object:
    """As a spreadsheet reads it; text that would be run as a formula is quoted.

    A carriage return is written as a new line: Python does not quote it, and what follows it would
    be a row of its own.
    """
    if isinstance(value, str):
        is_formula = value.startswith(("=", "+", "-", "@", "\t", "\r"))
        text = value.replace("\r\n", "\n").replace("\r", "\n")
        return f"'{text}" if is_formula else text
    return json.dumps(_plain(value)) if isinstance(value, dict | list) else _plain(value)


def _plain(value: object) -> object:
    """As JSON has it; no data and what JSON has no word for is null."""
    if isinstance(value, float):
        return value if isfinite(value) else None
    if isinstance(value, dict):
        return {str(key): _plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    return value if value is None or isinstance(value, str | int | bool) else str(value)
