"""Answers to guests' queries: within time, rows and memory, or a word on why not.

QueryFailedError   the query is wrong, takes too long or too much, or was cancelled; for people
"""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from threading import Lock

import polars as pl
import pyarrow as pa

from sql.guest import one_query
from sql.settings import Settings

MOST_ROWS = 10_000
MOST_S = 30.0


class QueryFailedError(Exception):
    """There is no answer; the message says why."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The rows of a query."""

    rows: pl.DataFrame
    is_cut: bool
    """Whether there are more rows than these."""
    took_s: float


class Guests:
    """Runs one query at a time in a process of its own, which is replaced when one exhausts it."""

    def __init__(self, settings: Settings) -> None:
        """The process starts with the first query."""
        self._settings = settings
        self._turn = Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._pipe: Connection[bytes, bytes] | None = None
        self._is_cancelled = False

    def ask(self, text: str, *, most_rows: int = MOST_ROWS, most_s: float = MOST_S) -> Answer:
        """The answer to one SELECT. Raises NotAQueryError, QueryFailedError."""
        query = one_query(text)
        with self._turn:
            self._is_cancelled = False
            try:
                head, rows = self._exchange(query, most_rows, most_s)
            except (EOFError, ConnectionError, TimeoutError) as error:
                self.close()
                raise QueryFailedError(self._why(error, most_s)) from error
        if "error" in head:
            raise QueryFailedError(str(head["error"]))
        frame = pl.from_arrow(pa.ipc.open_stream(rows).read_all())
        return Answer(pl.DataFrame(frame), bool(head["is_cut"]), float(str(head["took_s"])))

    def cancel(self) -> None:
        """End the query at hand, if there is one."""
        self._is_cancelled = True
        if self._process:
            self._process.kill()

    def close(self) -> None:
        """End the process; the next query starts another."""
        if self._process and self._pipe:
            self._pipe.close()
            self._process.kill()
            self._process.wait()
        self._process = self._pipe = None

    def _exchange(
        self, query: str, most_rows: int, most_s: float
    ) -> tuple[dict[str, object], bytes]:
        pipe = self._pipe or self._start()
        pipe.send_bytes(json.dumps({"query": query, "most_rows": most_rows}).encode())
        if not pipe.poll(most_s):
            raise TimeoutError
        return json.loads(pipe.recv_bytes()), pipe.recv_bytes()

    def _start(self) -> "Connection[bytes, bytes]":
        ours, theirs = Pipe()
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-m", "app.guest_worker", str(theirs.fileno())],
            env=os.environ | self._settings.environment(),
            pass_fds=[theirs.fileno()],
            start_new_session=True,
        )
        theirs.close()
        self._pipe = ours
        return ours

    def _why(self, error: Exception, most_s: float) -> str:
        if self._is_cancelled:
            return "Cancelled."
        if isinstance(error, TimeoutError):
            return (
                f"It took longer than {most_s:g} s and was ended. Ask for a shorter period or fewer"
                " columns, or use `latencytax sql`, which has no limit."
            )
        return (
            "It needed more memory than a query may use here and was ended. Ask for a shorter"
            " period or fewer columns."
        )
