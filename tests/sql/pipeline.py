"""From OTLP bytes to models as the loader does it, in one thread and with the test's clock."""

from atexit import register
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count
from pathlib import Path
from shutil import copytree, rmtree
from tempfile import mkdtemp
from types import TracebackType
from typing import Any, Self

import polars as pl

from collector.arrivals import arrivals
from collector.conversion_table import store_reports
from collector.loader import SHAPE
from sql.dictionary import describe_tables
from sql.lake import (
    SCHEMA,
    SEARCH_PATH,
    attach_statements,
    open_writer,
    transaction,
)
from sql.models import session_statements
from sql.place import place_of
from sql.prices import store_reserved
from sql.redaction import redactor_of
from sql.refresh import Assembly, Round
from sql.settings import Settings, load_settings
from tests.lakes import empty_lake

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
QUIET = timedelta(seconds=5)
TABLES = describe_tables(SCHEMA)


def settings_of(lake: Path, config: Path | None = None) -> Settings:
    """The shipped settings, or those of a file, for a lake."""
    return load_settings(config, lake=str(lake), environ={})


@cache
def _without_rows() -> Path:
    """As `empty_lake`, and without prices."""
    folder = empty_lake(Path(mkdtemp(prefix="latencytax-rows-")))
    register(rmtree, folder, ignore_errors=True)
    with open_writer(settings_of(folder)) as con, transaction(con):
        for table in TABLES.keys() - {"assembly_log"}:
            con.execute(f"TRUNCATE lake.{table}")
    return folder


class Pipeline:
    """One lake and the collector's session on it."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        if not Path(settings.lake).exists():
            empty_lake(Path(settings.lake))
        self._writer = open_writer(settings)
        self.restart(settings)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._writer.close()

    def restart(self, settings: Settings) -> None:
        """A collector that starts anew on the same lake."""
        self.con = self._writer.cursor()
        self.con.execute(f"{SEARCH_PATH}; SET TimeZone = 'UTC'")
        if settings != self.settings:
            self.settings = settings
            for statement in session_statements(settings):
                self.con.execute(statement)
        store_reserved(self.con, settings)
        self.assembly = Assembly(self.con, "journal")
        self.assembly.read()
        self._loads = count(self.rows("SELECT count(*) FROM ingest_log")[0][0] + 1)

    def empty(self, settings: Settings) -> None:
        """A lake without a row in the place of this one; faster than making or truncating it."""
        self.con.close()
        self._writer.execute("SET search_path = 'memory.main'; DETACH lake")
        rmtree(self.settings.lake)
        copytree(_without_rows(), self.settings.lake)
        for statement in attach_statements(place_of(settings), read_only=False):
            self._writer.execute(statement)
        self.restart(settings)

    def arrive(self, bodies: Sequence[bytes], at: datetime = NOW) -> None:
        """OTLP requests received at a time, stored and waiting to be taken up."""
        arrived = arrivals(bodies, [at] * len(bodies), self.settings)
        self.con.register("arriving", arrived.spans)
        self.con.execute(f"CREATE OR REPLACE TEMP VIEW shaped AS {SHAPE.read_text()}")
        with transaction(self.con):
            self.con.execute("INSERT INTO lake.spans BY NAME FROM shaped")
            store_reports(self.con, arrived.reports, redactor_of(self.settings))
            self.log_load(at, len(bodies), arrived.spans.num_rows, sum(map(len, bodies)))
        self.assembly.read()

    def log_load(self, at: datetime, batches: int, spans: int, size_bytes: int) -> None:
        """Say that rows received at a time were stored."""
        self.con.execute(
            "INSERT INTO lake.ingest_log VALUES ('journal', ?, 0, ?, ?, ?, ?, ?)",
            [next(self._loads), batches, spans, size_bytes, at, at],
        )

    def assemble(self, at: datetime = NOW) -> Round:
        """Take up everything that had arrived by then."""
        return self.assembly.run(at + QUIET)

    def rows(self, query: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        return self.con.execute(query, list(values)).fetchall()

    def frame(self, query: str) -> pl.DataFrame:
        with closing(self.con.cursor()) as cursor:
            cursor.execute(f"{SEARCH_PATH}; SET TimeZone = 'UTC'")
            return cursor.execute(query).pl()
