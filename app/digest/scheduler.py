"""The schedule kept inside ``latencytax up``: it looks at the clock, another process does the work.

Making a digest takes seconds of a core; in a process of its own it slows neither the doors nor the
loader, and ends with no more than itself if it ends badly.
"""

import logging
import os
import sqlite3
import subprocess
import sys
from threading import Event, Thread
from typing import Self

from app.digest.due import is_anything_due, utc_now
from sql.settings import Settings

LOG = logging.getLogger(__name__)

LOOKS_EVERY_S = 15.0
ENDS_WITHIN_S = 10.0
COMMAND = (sys.executable, "-m", "app.cli", "digest", "send")


class Scheduler:
    """Starts ``latencytax digest send`` whenever something is due; ended by leaving the context."""

    def __init__(self, settings: Settings) -> None:
        """Nothing runs before the context is entered, nor without a server and a recipient."""
        self._settings = settings
        self._stopping = Event()
        self._thread = Thread(target=self._run, name="digest")

    def __enter__(self) -> Self:
        """Look at the clock from now on."""
        if self._settings.smtp and self._settings.recipients:
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Return when nothing is being sent any more."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                if is_anything_due(self._settings, utc_now()):
                    self._send()
            except (OSError, sqlite3.Error):
                LOG.exception("the digest's schedule cannot be looked at; it is tried again")
            self._stopping.wait(LOOKS_EVERY_S)

    def _send(self) -> None:
        """One round, to its end; when asked to stop, it is given a few seconds."""
        process = subprocess.Popen(  # noqa: S603 - our own command
            COMMAND,
            env=os.environ | self._settings.environment(),
            stdout=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C reaches us alone, so that a mail is not cut short
        )
        while process.poll() is None and not self._stopping.wait(0.2):
            pass
        try:
            process.wait(ENDS_WITHIN_S)
        except subprocess.TimeoutExpired:
            process.terminate()
            process.wait()
