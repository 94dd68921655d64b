"""Rows of a dataclass in a table, and which of them the lake does not know yet.

The table is one of SQLite, or of PostgreSQL where machines share it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import astuple, fields, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar, get_args, get_type_hints

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Row = TypeVar("Row", bound="DataclassInstance")


TYPES = {str: "text", bool: "boolean", int: "bigint", datetime: "text"}
"""Times are texts that sort as they do."""


class Database(Protocol):
    """What SQLite's connections and our sessions with PostgreSQL both do."""

    def execute(self, query: str, values: Sequence[Any] = ..., /) -> Any:
        """A cursor: `?` stands for a value."""

    def executemany(self, query: str, rows: Iterable[Sequence[Any]], /) -> Any:
        """The same for each row."""

    def close(self) -> None:
        """Ends the connection."""


class Ledger(Generic[Row]):
    """A table with a column for each field; every change is on the disk when a method returns."""

    def __init__(self, con: Database, name: str, kind: type[Row], key: tuple[str, ...]) -> None:
        """Creates the table where it is missing; `key` tells rows apart."""
        self.name = name
        self.key = key
        self.columns = {
            field.name: _plain(get_type_hints(kind)[field.name]) for field in fields(kind)
        }
        """The type of each, None aside."""
        self._con = con
        self._kind = kind
        columns = ", ".join(f"{column} {TYPES[kind]}" for column, kind in self.columns.items())
        con.execute(
            f"create table if not exists {name} ({columns}, "
            f"is_archived integer not null default 0, primary key ({', '.join(key)}))"
        )
        self._add_what_is_new()

    def _add_what_is_new(self) -> None:
        """Columns that an earlier release did not have; its rows know nothing of them."""
        known = {
            column[0]
            for column in self._con.execute(f"select * from {self.name} limit 0").description
        }
        for name in self.columns.keys() - known:
            self._con.execute(
                f"alter table {self.name} add column {name} {TYPES[self.columns[name]]}"
            )

    def claim(self, row: Row) -> bool:
        """Whether the row is ours: true for the first one who has its key."""
        marks = ", ".join("?" * len(self.columns))
        names = ", ".join(self.columns)
        done = self._con.execute(
            f"insert into {self.name} ({names}) values ({marks}) on conflict do nothing",
            self._stored(row),
        )
        return bool(done.rowcount == 1)

    def note(self, row: Row, **changes: Any) -> Row:
        """The row with changes."""
        changed = replace(row, **changes)
        sets = ", ".join(f"{name} = ?" for name in self.columns)
        keys = " and ".join(f"{name} = ?" for name in self.key)
        self._con.execute(
            f"update {self.name} set {sets}, is_archived = 0 where {keys}",
            (*self._stored(changed), *(_text(getattr(changed, name)) for name in self.key)),
        )
        return changed

    def rows(self, condition: str = "true", *values: object) -> list[Row]:
        """Those that a condition holds for, in the order of their keys."""
        query = (
            f"select {', '.join(self.columns)} from {self.name} where {condition} "
            f"order by {', '.join(reversed(self.key))}"
        )
        return [self._read(row) for row in self._con.execute(query, [_text(v) for v in values])]

    def to_archive(self) -> list[Row]:
        """What the lake does not know yet."""
        return self.rows("is_archived = 0")

    def archive_again(self) -> None:
        """The lake knows nothing of it."""
        self._con.execute(f"update {self.name} set is_archived = 0")

    def archived(self, rows: Iterable[Row]) -> None:
        """The lake has these; what has changed meanwhile stays to be archived."""
        unchanged = " and ".join(f"{name} is not distinct from ?" for name in self.columns)
        self._con.executemany(
            f"update {self.name} set is_archived = 1 where {unchanged}", map(self._stored, rows)
        )

    def forget(self, condition: str, *values: object) -> None:
        """Those that a condition holds for are gone, here."""
        self._con.execute(f"delete from {self.name} where {condition}", list(map(_text, values)))

    def _stored(self, row: Row) -> tuple[object, ...]:
        return tuple(map(_text, astuple(row)))

    def _read(self, stored: tuple[Any, ...]) -> Row:
        named = zip(self.columns.items(), stored, strict=True)
        return self._kind(**{name: _typed(kind, value) for (name, kind), value in named})


def _plain(hint: Any) -> Any:
    """``datetime`` of ``datetime | None``, ``str`` of a choice of words."""
    parts = [part for part in get_args(hint) if part is not type(None)]
    return _plain(parts[0]) if parts else hint if isinstance(hint, type) else type(hint)


def _typed(kind: Any, value: Any) -> Any:
    if value is None:
        return None
    return datetime.fromisoformat(value) if kind is datetime else kind(value)


def _text(value: object) -> object:
    """Times so that their texts sort as they do."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return value
