"""The lake as this process sees it: one connection, one snapshot per run, results kept by it."""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from types import FunctionType

import duckdb
import polars as pl
import streamlit as st
from duckdb import DuckDBPyConnection

from sql.lake import LakeMissingError, open_reader, snapshot_id
from sql.settings import Settings


@dataclass(frozen=True, slots=True)
class Version:
    """What a page depends on: the lake's content, and the minute, since periods end now."""

    lake: str
    snapshot_id: int | None
    minute: datetime


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The lake as it was when the run began; its cursor holds the transaction that sees it."""

    version: Version
    cursor: DuckDBPyConnection


@contextmanager
def snapshot(settings: Settings) -> Iterator[Snapshot]:
    """The lake for one run of the script; ``LakeMissingError`` while there is none."""
    try:
        with _session(settings) as cursor:
            cursor.begin()
            yield Snapshot(Version(settings.lake, snapshot_id(cursor), _this_minute()), cursor)
    except duckdb.CatalogException:
        _reader.clear()  # the next run opens the lake as it is now
        raise


def newest_version(settings: Settings) -> Version:
    """What a page would depend on if it were drawn now; no snapshot while there is no lake."""
    try:
        with _session(settings) as cursor:
            return Version(settings.lake, snapshot_id(cursor), _this_minute())
    except LakeMissingError:
        return Version(settings.lake, None, _this_minute())


@contextmanager
def _session(settings: Settings) -> Iterator[DuckDBPyConnection]:
    with _reader(settings).cursor() as cursor:
        yield cursor


def load(snapshot: Snapshot, query: Callable[..., pl.DataFrame], *values: Hashable) -> pl.DataFrame:
    """The query's rows in this snapshot, from the cache when they were asked for before."""
    return _rows(snapshot.cursor, snapshot.version, query, *values)


@st.cache_data(
    max_entries=256,
    show_spinner=False,
    hash_funcs={FunctionType: lambda query: (query.__module__, query.__qualname__)},
)
def _rows(
    _cursor: DuckDBPyConnection,
    version: Version,  # noqa: ARG001 - part of the cache's key
    query: Callable[..., pl.DataFrame],
    *values: Hashable,
) -> pl.DataFrame:
    return query(_cursor, *values)


def _is_readable(con: DuckDBPyConnection) -> bool:
    try:
        with con.cursor() as cursor:
            snapshot_id(cursor)
    except duckdb.Error:
        return False
    return True


@st.cache_resource(show_spinner=False, validate=_is_readable)
def _reader(settings: Settings) -> DuckDBPyConnection:
    return open_reader(settings)


def _this_minute() -> datetime:
    return datetime.now(UTC).replace(second=0, microsecond=0)
