"""What is materialised from spans, incrementally: requests, their critical paths, latency sketch.

What collectors loaded is read from the lake in the order of its snapshots. Spans of unfinished
traces wait in memory, in `hot_spans`. A trace is taken up when it has been quiet for a while; when
spans come for a trace that was taken up before, its stored spans are read again and its requests
are made anew. Nothing else of the lake is ever read, so the cost of a span does not grow with the
lake. A round is one lake transaction with its watermark, a snapshot: after a crash, all that was
loaded since the watermark waits again, in whichever process takes over.

TakenOverError   another process refreshes this lake now; what this one has in memory is stale
"""

from collections.abc import Iterable
from dataclasses import astuple, dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import duckdb

from sql.lake import snapshot_id, transaction
from sql.steps import HOT, assemble, run_step

QUIET = timedelta(seconds=4)
"""A trace without new spans for this long is taken up."""

PATIENCE = timedelta(seconds=60)
"""A trace that has waited this long is taken up even if spans still come."""

MARGIN = timedelta(hours=24)
"""How far the spans of one trace may lie apart and still find each other after they were stored."""

OLDEST_LOADED = """
SELECT min(oldest_received_at)
FROM lake.ingest_log
WHERE snapshot_id BETWEEN getvariable('read_from') AND getvariable('read_to')
"""
"""Of what was loaded since the last time. DuckLake leaves files of older spans unopened by it; by
the snapshot alone it would open them all."""

LEFT_WAITING = (
    "(FROM hot_spans ANTI JOIN taken USING (trace_id) ANTI JOIN left_alone USING (trace_id))"
)
"""Spans that a round does not take up."""

REMEMBERED = 250_000
"""Requests of which the session remembers that they exist, by when they started; others are looked
up in the lake. Clocks of senders are not ours, so it is not asked when a request was assembled."""

MOST_SPANS = 250_000
"""More waiting spans than this are taken up in shares, so that a round fits into memory."""

FAULTS_OF_DATA = (duckdb.DataError, duckdb.InvalidInputException)
"""What a value may raise; anything else (disk, catalogue) is not the trace's fault."""

STORED = (
    "8_model_changes",
    "8_models_changed",
    "8_pieces",
    "8_paths",
    "8_step_sums",
    "8_step_times",
    "8_sketched",
    "8_slo_changed",
    "8_cuts_stored",
)
"""Steps that make what goes into the lake of what `sql.steps.assemble` found out."""

MADE = {
    "requests": "assembled",
    "latency_sketch": "sketched",
    "slo_hours": "slo_changed",
    "model_hours": "models_changed",
    "critical_path": "paths",
    "request_steps": "step_sums",
    "possible_cuts": "request_cuts",
    "lever_doubts": "request_doubts",
    "call_sketch": "calls_sketched",
}
"""What a round writes, and the steps' table that has the rows."""


@dataclass(frozen=True, slots=True)
class Round:
    """What one round of assembling did."""

    traces: int
    requests: int


def _sum(rounds: Iterable[Round]) -> Round:
    return Round(*map(sum, zip(*map(astuple, rounds), strict=True)))


class TakenOverError(Exception):
    """Another process refreshes the lake now: its round would count what ours has counted."""


class Assembly:
    """Makes requests in the writer's session; one per lake, used by one thread."""

    def __init__(self, con: duckdb.DuckDBPyConnection, journal_id: str) -> None:
        """Take up where the last round ended, whoever did it: what was loaded since waits again.

        An assembly that was there before in the same session is forgotten.
        """
        self._con = con
        self._journal_id = journal_id
        self._read_through = self._take_over()
        """All that was loaded up to this snapshot waits, or is in requests and conversions."""
        self._is_logged = True
        """Whether the log knows of all that was read."""
        self._set("read_to", self._read_through)
        self._set("margin", MARGIN)
        self._waiting: list[str] = []
        self._loads = count(1)
        self._remember_stored()
        self._forget_loads()
        self._wait_in_own_table(f"(SELECT {HOT}, snapshot_id FROM lake.spans LIMIT 0)")
        self._count_new_objectives()
        self._count_new_budgets()

    def read(self) -> bool:
        """Let wait what was loaded since the last time; whether conversions changed by it."""
        newest = snapshot_id(self._con)
        self._set("read_from", self._read_through + 1)
        self._set("read_to", newest)
        self._set("received_from", self._value(OLDEST_LOADED))
        changed = False
        if self._value("SELECT getvariable('received_from')"):
            self._is_logged = False
            self._step("0_loaded")
            changed = self._has("changed_conversions")
            if changed:
                self._correct_conversions()
            for came in ("loaded_spans", "told_spans"):
                if self._has(came):
                    self._wait_as(came)
        self._read_through = newest
        return changed

    def _correct_conversions(self) -> None:
        with transaction(self._con):
            self._con.execute(
                "DELETE FROM lake.conversions WHERE conversion_id IN "
                "(SELECT conversion_id FROM changed_conversions)"
            )
            self._con.execute("INSERT INTO lake.conversions BY NAME FROM changed_conversions")
            self._log(
                "(FROM hot_spans UNION ALL BY NAME FROM loaded_spans "
                "UNION ALL BY NAME FROM told_spans)"
            )

    @property
    def waiting_spans(self) -> int:
        """Spans that are stored and not yet in a request."""
        return int(self._value("SELECT count(*) FROM hot_spans"))

    def run(self, now: datetime, quiet: timedelta = QUIET) -> Round:
        """Take up the traces without new spans for `quiet`; their requests are then in the lake."""
        self._set("as_of", now)
        self._set("quiet_since", now - quiet)
        self._set("patient_since", now - PATIENCE)
        shares = 1 + self.waiting_spans // MOST_SPANS
        done = _sum(self._take_up(now, shares=shares, share=share) for share in range(shares))
        if not self._is_logged and not self.waiting_spans:
            with transaction(self._con):
                self._log("hot_spans")
        return done

    def _take_up(self, now: datetime, *, shares: int, share: int) -> Round:
        """One share of the traces; one that cannot be assembled is found by halving."""
        self._set("shares", shares)
        self._set("share", share)
        self._step("1_taken")
        traces = int(self._value("SELECT count(DISTINCT trace_id) FROM taken"))
        if not traces:
            return Round(0, 0)
        try:
            self._assemble()
        except FAULTS_OF_DATA:
            if traces == 1:
                return self._set_aside(now)
            halves = (share, share + shares)
            return _sum(self._take_up(now, shares=2 * shares, share=half) for half in halves)
        requests = self._store(now, traces)
        self._remember()
        return Round(traces, requests)

    def _assemble(self) -> None:
        """From `taken` to `assembled`, and to what that changes in sketch and counts."""
        self._step("2_corrected")
        self._step("2_left_alone")
        self._step("3_again")
        if self._has("again"):
            self._step("4_retaken")
        assemble(self._con)
        for step in STORED:
            self._step(step)

    def _set_aside(self, now: datetime) -> Round:
        """Give up a trace that no request can be made of: its spans are stored, it is counted."""
        self._con.execute(
            "INSERT INTO lake.rejections "
            "SELECT ?, 'loader', 'traces', 'not_assembled', count(*), any_value(trace_id) "
            "FROM taken",
            [now],
        )
        self._remember()
        return Round(0, 0)

    def _store(self, now: datetime, traces: int) -> int:
        requests = int(self._value("SELECT count(*) FROM assembled"))
        with transaction(self._con):
            if self._has("corrected"):
                self._step("9_taken_back")
            for table, rows in MADE.items():
                self._con.execute(f"INSERT INTO lake.{table} BY NAME FROM {rows}")
            self._log(LEFT_WAITING, traces, requests, now)
            self._con.execute(
                "INSERT INTO lake.rejections SELECT ?, 'loader', 'traces', 'after_retention', "
                "count(*), any_value(trace_id) FROM left_alone HAVING count(*) > 0",
                [now],
            )
        return requests

    def _take_over(self) -> int:
        """From now on the log's one row is ours; the snapshot up to which all is taken up."""
        with transaction(self._con):
            self._con.execute(
                "UPDATE lake.assembly_log SET journal_id = $1 WHERE journal_id IS DISTINCT FROM $1",
                [self._journal_id],
            )
        return int(self._value("SELECT through_snapshot FROM lake.assembly_log"))

    def _log(
        self, waiting: str, traces: int = 0, requests: int = 0, now: datetime | None = None
    ) -> None:
        """The round at hand takes the place of the last one; `waiting` are the spans it leaves.

        Of two processes that take themselves for the refresher, one finds the row no longer its
        own, or DuckLake refuses its commit, because both replaced the same row.
        """
        [(mine,)] = self._con.execute(
            f"""UPDATE lake.assembly_log
            SET
                watermark_at = coalesce(left_waiting.received_at, now()),
                through_snapshot = coalesce(left_waiting.snapshot_id - 1, getvariable('read_to')),
                traces = ?,
                requests = ?,
                assembled_at = coalesce(?::timestamptz, assembled_at)
            FROM (
                SELECT min(received_at) AS received_at, min(snapshot_id) AS snapshot_id
                FROM {waiting}
            ) AS left_waiting
            WHERE journal_id = ?""",
            [traces, requests, now, self._journal_id],
        ).fetchall()
        if not mine:
            raise TakenOverError("another process refreshes this lake now")
        self._is_logged = True

    def _remember(self) -> None:
        """Forget the spans that are in requests; remember that their traces exist."""
        taken_up = self._waiting.copy()
        self._wait_in_own_table(LEFT_WAITING)
        self._waiting = self._waiting[-1:]
        self._show_waiting()
        for table in taken_up:
            self._con.execute(f"DROP TABLE {table}")
        self._con.execute(
            "INSERT INTO known_traces SELECT trace_id, min(started_at) FROM taken GROUP BY ALL"
        )
        if self._value("SELECT count(*) FROM known_traces") > 2 * REMEMBERED:
            self._forget_oldest()

    def _remember_stored(self) -> None:
        """What the last session knew: the newest requests of the lake."""
        self._con.execute(
            """CREATE OR REPLACE TEMP TABLE known_traces AS
            SELECT trace_id, started_at
            FROM lake.requests
            WHERE started_at >= now() - getvariable('margin')"""
        )
        self._con.execute("SET VARIABLE remembers_since = now() - getvariable('margin')")
        if self._value("SELECT count(*) FROM known_traces") > REMEMBERED:
            self._forget_oldest()

    def _forget_oldest(self) -> None:
        self._con.execute(
            "CREATE OR REPLACE TEMP TABLE known_traces AS "
            f"FROM known_traces ORDER BY started_at DESC LIMIT {REMEMBERED}"
        )
        self._con.execute(
            "SET VARIABLE remembers_since = (SELECT min(started_at) FROM known_traces)"
        )

    def _count_new_objectives(self) -> None:
        """The settings may have changed; what left them is forgotten, and counted if it returns."""
        self._step("0_new_objectives")
        with transaction(self._con):
            self._step("0_forgotten_objectives")
            self._con.execute("INSERT INTO lake.slo_hours BY NAME FROM slo_changed")
            self._con.execute("INSERT INTO lake.latency_sketch BY NAME FROM sketched")
            self._con.execute(
                "INSERT INTO lake.slo_counted BY NAME "
                "SELECT *, now() AS counted_at FROM new_objectives"
            )

    def _count_new_budgets(self) -> None:
        """The same for what is counted by model, of each use case's first objective."""
        self._step("0_new_budgets")
        self._step("8_models_changed")
        with transaction(self._con):
            self._con.execute(
                "DELETE FROM lake.model_hours WHERE (use_case, metric, threshold_ms) NOT IN "
                "(SELECT (use_case, metric, threshold_ms) FROM objectives WHERE position = 1)"
            )
            self._con.execute("INSERT INTO lake.model_hours BY NAME FROM models_changed")

    def _forget_loads(self) -> None:
        tables = self._con.execute(
            "SELECT table_name FROM duckdb_tables() WHERE temporary AND table_name LIKE 'hot_%'"
        ).fetchall()
        for (table,) in tables:
            self._con.execute(f"DROP TABLE {table}")

    def _wait_in_own_table(self, relation: str) -> None:
        """A table for each load: DuckDB copies rows twice that it adds to rows already there."""
        table = f"hot_{next(self._loads)}"
        self._con.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS FROM {relation}")
        self._waiting.append(table)
        self._show_waiting()

    def _wait_as(self, table: str) -> None:
        self._waiting.append(f"hot_{next(self._loads)}")
        self._con.execute(f"ALTER TABLE {table} RENAME TO {self._waiting[-1]}")
        self._show_waiting()

    def _show_waiting(self) -> None:
        tables = " UNION ALL BY NAME ".join(f"FROM {table}" for table in self._waiting)
        self._con.execute(f"CREATE OR REPLACE TEMP VIEW hot_spans AS {tables}")

    def _set(self, name: str, value: object) -> None:
        self._con.execute(f"SET VARIABLE {name} = ?", [value])

    def _step(self, name: str) -> None:
        run_step(self._con, name)

    def _has(self, table: str) -> bool:
        return self._row(f"SELECT 1 FROM {table} LIMIT 1") is not None

    def _value(self, query: str) -> Any:
        row = self._row(query)
        return row[0] if row else None

    def _row(self, query: str) -> tuple[Any, ...] | None:
        return self._con.execute(query).fetchone()
