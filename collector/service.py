"""The collector: doors, journal and loader, started in the order in which spans pass them.

LakeLockedError   another process writes this lake
PortTakenError    a door cannot listen on its address
"""

import fcntl
import logging
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Self

from collector.accept import Admission
from collector.exposition import Exposition
from collector.gate import Gate, gate_of
from collector.journal import Journal
from collector.loader import Loader
from collector.otlp_grpc import GrpcDoor
from collector.otlp_http import HttpDoor
from sql.lake import SEARCH_PATH, open_writer
from sql.place import place_of
from sql.refresh import QUIET
from sql.settings import Settings

LOG = logging.getLogger(__name__)
STOP_GRACE_S = 5


class LakeLockedError(Exception):
    """Another process writes this lake."""


class PortTakenError(Exception):
    """A door cannot listen on its address."""


class Collector:
    """Everything that runs from the wire to the lake, as one context manager."""

    def __init__(
        self, settings: Settings, *, quiet: timedelta = QUIET, gate: Gate | None = None
    ) -> None:
        """Nothing runs before the context is entered; `quiet` as in `Assembly.run`.

        None is the gate that the settings describe.
        """
        self._gate = gate
        self._settings = settings
        self._quiet = quiet
        self._running = ExitStack()
        self.grpc_port = 0
        self.http_port = 0

    def __enter__(self) -> Self:
        """Start: the lake, the journal, the loader, then the doors."""
        with ExitStack() as started:
            home = place_of(self._settings).home
            gate = self._gate or gate_of(self._settings)
            home.mkdir(parents=True, exist_ok=True)
            started.enter_context(only_writer(home))
            lake = open_writer(self._settings)
            self._journal = started.enter_context(
                Journal(home / "journal.sqlite", limit_bytes=self._settings.limits.journal_bytes)
            )
            asked = started.enter_context(lake.cursor())
            asked.execute(SEARCH_PATH)
            self._loader = Loader(lake, self._journal, self._settings, quiet=self._quiet)
            started.callback(self._loader.stop)
            self._open_doors(
                started, gate, Exposition(asked, self._journal, self._settings.limits.journal_bytes)
            )
            self._running = started.pop_all()
        LOG.info(
            "the collector takes spans",
            extra={
                "grpc_port": self.grpc_port,
                "http_port": self.http_port,
                "pending_batches": self._journal.pending_batches,
            },
        )
        return self

    def __exit__(self, *_: object) -> None:
        """Stop in reverse order; what is not yet loaded waits in the journal."""
        self._running.close()
        LOG.info("the collector has ended")

    def caught_up(self) -> bool:
        """Whether all that was acknowledged is in the lake, and in requests."""
        return self._journal.pending_batches == 0 and self._loader.is_idle()

    def _open_doors(self, started: ExitStack, gate: Gate, exposition: Exposition) -> None:
        settings = self._settings
        admission = Admission(self._journal, message_bytes=settings.limits.message_bytes)
        try:
            grpc = GrpcDoor(settings.grpc_address, admission, gate)
            started.callback(grpc.stop, STOP_GRACE_S)
            http = HttpDoor(settings.http_address, admission, exposition, gate)
        except OSError as error:
            raise PortTakenError(error.strerror or str(error)) from error
        started.callback(http.stop)
        self.grpc_port, self.http_port = grpc.port, http.port


@contextmanager
def only_writer(folder: Path) -> Iterator[None]:
    """Hold the lake's lock; the system lets go of it when the process dies."""
    lock = os.open(folder / "collector.lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise LakeLockedError(
                f"another collector (process {_holder(lock)}) writes the lake {folder}:"
                " stop it, or use another folder with --lake"
            ) from error
        os.ftruncate(lock, 0)
        os.pwrite(lock, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(lock)


def _holder(lock: int) -> str:
    return os.pread(lock, 20, 0).decode(errors="replace").strip() or "unknown"
