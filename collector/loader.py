"""The loader: what the journal holds goes into the lake, and requests are made of it."""

import logging
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread
from time import monotonic

import duckdb
import pyarrow as pa

from collector.arrivals import Arrivals, arrivals
from collector.conversion_table import Report, store_reports
from collector.journal import Batch, Journal
from collector.signals import CONVERSIONS, LOGS, TRACES, Signal
from sql.conversions import unpacked
from sql.lake import transaction
from sql.move import loading
from sql.place import LakeMovedError, place_of
from sql.redaction import redactor_of
from sql.refresher import Refresher
from sql.settings import Settings

LOG = logging.getLogger(__name__)

UNUSABLE = "conversions among spans that cannot be used; their spans are kept"
COMMIT_EVERY_S = 1.0
COMMIT_BYTES = 16 * 2**20
"""A commit takes what is there once a second, or sooner when this much waits."""
COMMIT_BATCHES = 1024
ASSEMBLE_EVERY_S = 2.0
"""A command that waits for its rows looks at every turn."""
RESTS = 8.0
"""A round of assembling rests this many times as long as it took, at most 5 s: planning its queries
costs 0.3 s whatever it holds, and a trickle of spans must not keep a core busy."""
MOST_REST_S = 5.0
KEYS_EVERY_S = 20.0
WAIT_S = 0.2
BACK_OFF_S = 2.0
MOVED_S = 60.0
Decoded = tuple[Arrivals | None, pa.Table | None, list[Report]]
"""Spans with their conversions, what log records say of spans, and conversions by themselves."""

SHAPES = Path(__file__).parents[1] / "sql" / "shape"
SHAPE = SHAPES / "spans.sql"


class Loader:
    """Reads only from the journal; its position is in the lake, in the transaction of the rows."""

    def __init__(
        self,
        con: duckdb.DuckDBPyConnection,
        journal: Journal,
        settings: Settings,
        *,
        quiet: timedelta,
    ) -> None:
        """Continue where the lake says that this journal was left; `con` is used by no one else."""
        self._con = con
        self._journal = journal
        self._settings = settings
        self._place = place_of(settings)
        self._quiet = quiet
        self._assemble_every_s = ASSEMBLE_EVERY_S if quiet else WAIT_S
        self._loaded_through, self._refusals_through = self._position()
        journal.number_after(self._loaded_through, self._refusals_through)
        self._is_position_known = True
        self._refresher = Refresher(con, settings, journal.journal_id, quiet=quiet)
        self._unmapped: Counter[tuple[str, str, str]] = Counter()
        self._due_at = dict.fromkeys(("commit", "assemble", "keys"), 0.0)
        self._stopping = Event()
        self._idle = Event()
        self._thread = Thread(target=self._run, name="loader")
        self._thread.start()

    def stop(self) -> None:
        """Finish the transaction at hand; what is left stays in the journal."""
        self._stopping.set()
        self._thread.join()
        self._refresher.stop()
        self._con.close()

    def is_idle(self) -> bool:
        """Whether every span that was loaded is in a request."""
        return self._idle.is_set()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                with loading(self._place):
                    self._turn()
                self._pause()
            except LakeMovedError as error:
                LOG.warning("%s; until then the journal keeps what comes", error)
                self._stopping.wait(MOVED_S)
            except Exception:  # the lake may be unreachable or the disk full: the journal keeps all
                LOG.exception(
                    "loading failed; the journal keeps the spans, next try in %s s", BACK_OFF_S
                )
                self._journal.refuse(
                    door="loader",
                    signal="traces",
                    reason="load_failed",
                    count=1,
                    detail="see the log",
                )
                self._stopping.wait(BACK_OFF_S)

    def _turn(self) -> None:
        if not self._is_position_known:
            self._loaded_through, self._refusals_through = self._position()
            self._is_position_known = True
        if self._is_due("commit", COMMIT_EVERY_S) or self._journal.pending_bytes > COMMIT_BYTES:
            self._load()
        if self._is_due("assemble", self._assemble_every_s):
            self._refresh()

    def _pause(self) -> None:
        """Until the next commit is due, or nothing came for a while."""
        if self._journal.wait_for_batches(WAIT_S):
            self._stopping.wait(min(WAIT_S, max(0.0, self._due_at["commit"] - monotonic())))

    def _refresh(self) -> None:
        """A round; it then rests, unless a command waits for its rows."""
        began_at = monotonic()
        if self._refresher.run(is_all_loaded=not self._journal.pending_batches):
            self._idle.set()
        if self._quiet:
            rest_s = min(RESTS * (monotonic() - began_at), MOST_REST_S)
            self._due_at["assemble"] = max(self._due_at["assemble"], monotonic() + rest_s)

    def _is_due(self, work: str, every_s: float) -> bool:
        now = monotonic()
        if now < self._due_at[work]:
            return False
        self._due_at[work] = now + every_s
        return True

    def _load(self) -> None:
        """One transaction: rows, refusals and the position in the journal."""
        batches = self._journal.peek(
            self._loaded_through, max_bytes=COMMIT_BYTES, max_batches=COMMIT_BATCHES
        )
        refusals = self._journal.refusals(self._refusals_through)
        if not batches and not refusals:
            return
        self._idle.clear()
        batches, (arrived, told, reports) = self._decoded(batches)
        last_batch = batches[-1].batch_id if batches else self._loaded_through
        last_refusal = refusals[-1].refusal_id if refusals else self._refusals_through
        self._is_position_known = False  # until the commit is known to have come through
        with transaction(self._con):
            if arrived:
                self._store(arrived)
                reports = arrived.reports + reports
            if told:
                self._store_told(told)
            if reports:
                store_reports(self._con, reports, redactor_of(self._settings))
            for r in refusals:
                self._reject(r.at, r.door, r.signal, r.reason, r.count, r.detail)
            self._log(batches, last_batch, last_refusal)
        self._loaded_through, self._refusals_through = last_batch, last_refusal
        self._is_position_known = True
        self._journal.drop(through_batch_id=last_batch, through_refusal_id=last_refusal)

    def _decoded(self, batches: list[Batch]) -> tuple[list[Batch], Decoded]:
        """The batches that can be decoded, together; the others go to quarantine."""
        try:
            return batches, self._decode(batches)
        except ValueError:
            good = [batch for batch in batches if self._is_sound(batch)]
            return good, self._decode(good)

    def _decode(self, batches: list[Batch]) -> Decoded:
        reports = [
            (batch.received_at, conversion)
            for batch in batches
            if batch.signal == CONVERSIONS.name
            for conversion in unpacked(batch.body)
        ]
        logs = self._arrived(batches, LOGS)
        return self._arrived(batches, TRACES), logs and logs.spans, reports

    def _arrived(self, batches: list[Batch], signal: Signal) -> Arrivals | None:
        of_signal = [(b.body, b.received_at) for b in batches if b.signal == signal.name]
        if not of_signal:
            return None
        bodies, received_at = zip(*of_signal, strict=True)
        return arrivals(bodies, received_at, self._settings)

    def _is_sound(self, batch: Batch) -> bool:
        try:
            self._decode([batch])
        except ValueError as error:
            LOG.warning("batch %d cannot be decoded: %s", batch.batch_id, error)
            self._journal.quarantine(batch.batch_id, f"{error}")
            return False
        return True

    def _store(self, arrived: Arrivals) -> None:
        con = self._con
        con.register("arriving", arrived.spans)
        con.execute(f"CREATE OR REPLACE TEMP VIEW shaped AS {SHAPE.read_text()}")
        con.execute("INSERT INTO lake.spans BY NAME FROM shaped")
        flags = con.execute(
            "SELECT flag, count(*) FROM shaped WHERE flag IS NOT NULL GROUP BY ALL"
        ).fetchall()
        for reason, spans in [*flags, *arrived.cut.items()]:
            self._reject(datetime.now(UTC), "loader", "traces", reason, spans, "kept")
        for reason, faulty in arrived.faulty_reports.items():
            self._reject(
                datetime.now(UTC), "loader", "traces", f"conversion_{reason}", faulty, UNUSABLE
            )
        self._count_unmapped(arrived.unmapped)

    def _store_told(self, told: pa.Table) -> None:
        """What log records say; spans that were assembled without it are to wait again."""
        con = self._con
        con.register("arriving_logs", told)
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE told AS {(SHAPES / 'span_facts.sql').read_text()}"
        )
        con.execute("INSERT INTO lake.span_facts BY NAME FROM told")

    def _count_unmapped(self, unmapped: pa.Table) -> None:
        """Add up keys that no convention reads; what is not written yet is lost at a crash."""
        for row in unmapped.to_pylist():
            self._unmapped[row["service"], row["scope"], row["key"]] += row["spans"]
        if self._unmapped and self._is_due("keys", KEYS_EVERY_S):
            rows = [(*key, spans) for key, spans in self._unmapped.items()]
            self._con.executemany(
                "INSERT INTO lake.attribute_keys VALUES (date_trunc('hour', now()), ?, ?, ?, ?)",
                rows,
            )
            self._unmapped.clear()

    def _reject(self, *values: datetime | str | int) -> None:
        self._con.execute("INSERT INTO lake.rejections VALUES (?, ?, ?, ?, ?, ?)", list(values))

    def _log(self, batches: list[Batch], last_batch: int, last_refusal: int) -> None:
        self._con.execute(
            "INSERT INTO lake.ingest_log VALUES (?, ?, ?, ?, ?, ?, ?, now())",
            [
                self._journal.journal_id,
                last_batch,
                last_refusal,
                len(batches),
                sum(batch.span_count for batch in batches if batch.signal == TRACES.name),
                sum(len(batch.body) for batch in batches),
                min((batch.received_at for batch in batches), default=None),
            ],
        )

    def _position(self) -> tuple[int, int]:
        row = self._con.execute(
            "SELECT coalesce(max(last_batch_id), 0), coalesce(max(last_refusal_id), 0) "
            "FROM lake.ingest_log WHERE journal_id = ?",
            [self._journal.journal_id],
        ).fetchone()
        return (int(row[0]), int(row[1])) if row else (0, 0)
