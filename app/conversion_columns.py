"""Which column of a file of conversions holds which field: as told, or as exports have it."""

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import sql
from sql.conversions import FIELDS

FILE = Path(sql.__file__).with_name("conversion_columns.csv")
USD = "usd"

_NOT_A_LETTER = re.compile(r"[^a-z0-9.]")


class ColumnsError(Exception):
    """A column that was named is not there, or none is found for a field that must be."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Where the fields are: for each, the columns to look in, the best first."""

    export: str
    places: dict[str, tuple[str, ...]]

    def read(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """The fields of `sql.conversions` that the row has."""
        found = {field: _first(row, columns) for field, columns in self.places.items()}
        return {field: value for field, value in found.items() if value is not None}

    def __str__(self) -> str:
        """Export and columns, for people."""
        places = (f"{field} from {' or '.join(names)}" for field, names in self.places.items())
        return f"read as {self.export}: {', '.join(places)}"


def columns_told(pairs: Iterable[str]) -> dict[str, str]:
    """Column by field of ``FIELD=COLUMN`` texts. Raises ColumnsError."""
    told = dict(pair.partition("=")[::2] for pair in pairs)
    for name, column in told.items():
        if name not in FIELDS or not column:
            raise ColumnsError(f"--map {name}={column}: give FIELD=COLUMN, FIELD one of {FIELDS}")
    return told


def columns_of(rows: Iterable[Mapping[str, Any]], told: Mapping[str, str]) -> Columns:
    """Where the fields are in a file that begins with `rows`; `told` is what the user says.

    The export that explains most fields is taken. Raises ColumnsError.
    """
    names = {name: None for row in rows for name in row}
    known = {_plain(name): name for name in reversed(names)}
    missing = [name for name in told.values() if name not in names and not _noted(name, names)]
    if missing:
        raise ColumnsError(f"no column {missing[0]!r}; there are: {', '.join(names)}")
    export, places = max(
        ((export, _places(guesses, known)) for export, guesses in _guesses().items()),
        key=lambda guess: len(guess[1]),
    )
    places |= {field: (name,) for field, name in told.items()}
    if "occurred_at" not in places:
        raise ColumnsError(
            f"no column tells when a conversion happened: name it with --map occurred_at=COLUMN; "
            f"there are: {', '.join(names)}"
        )
    if all(_plain(name).endswith(USD) for name in places.get("revenue_usd", ())):
        places.pop("currency", None)
    return Columns(export, {field: places[field] for field in FIELDS if field in places})


@cache
def _guesses() -> dict[str, dict[str, list[str]]]:
    """Columns by field by export, in the order of the file."""
    guesses: dict[str, dict[str, list[str]]] = {}
    with FILE.open(newline="") as file:
        for row in csv.DictReader(file):
            guesses.setdefault(row["export"], {}).setdefault(row["field"], []).append(row["column"])
    return guesses


def _places(
    guesses: Mapping[str, list[str]], known: Mapping[str, str]
) -> dict[str, tuple[str, ...]]:
    """The guessed columns that are there, as the file spells them."""
    found = {
        field: tuple(filter(None, (_spelled(name, known) for name in names)))
        for field, names in guesses.items()
    }
    return {field: names for field, names in found.items() if names}


def _spelled(name: str, known: Mapping[str, str]) -> str | None:
    outer, _, inner = name.partition(".")
    if _plain(name) in known:
        return known[_plain(name)]
    return f"{known[_plain(outer)]}.{inner}" if inner and _plain(outer) in known else None


def _plain(name: str) -> str:
    return _NOT_A_LETTER.sub("", name.lower())


def _first(row: Mapping[str, Any], columns: Iterable[str]) -> Any:
    """The first of the columns that is not empty."""
    values = (row[name] if name in row else _noted(name, row) for name in columns)
    return next((value for value in values if value not in (None, "")), None)


def _noted(name: str, row: Mapping[str, Any]) -> Any:
    """`Notes.key` from a column `Notes` that holds a line `key: value`; None without one."""
    outer, _, key = name.partition(".")
    notes = row.get(outer)
    lines = notes.splitlines() if isinstance(notes, str) else ()
    pairs = (line.partition(":") for line in lines)
    return next((value.strip() for found, _, value in pairs if found.strip() == key), None)
