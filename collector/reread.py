"""Files that are read anew when they change: certificates, tokens.

UnreadableFileError    permanent at the start; later, what was read last holds and a log says so
"""

import logging
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import Generic, TypeVar

LOG = logging.getLogger(__name__)

Value = TypeVar("Value")
Stamp = tuple[int, ...] | None


class UnreadableFileError(Exception):
    """A file cannot be used as it is; the message says why and what to do."""


class Reread(Generic[Value]):
    """What files say, for any thread.

    A look is a system call, which gives Python's lock away to the other threads.
    """

    def __init__(
        self, paths: tuple[Path, ...], read: Callable[[], Value], *, look_every_s: float = 0
    ) -> None:
        """Reads them. Raises UnreadableFileError, as `read` does."""
        self._look_every_s = look_every_s
        self._looked_at = monotonic()
        self._paths, self._read = paths, read
        self._lock = Lock()
        self._stamps = self._newest_stamps()
        self._value = read()

    def newest(self) -> Value:
        """What they say now, or said when they could last be read."""
        now = monotonic()
        if now - self._looked_at < self._look_every_s:
            return self._value
        self._looked_at = now
        stamps = self._newest_stamps()
        if stamps != self._stamps:
            with self._lock:
                if stamps != self._stamps:
                    self._read_again(stamps)
        return self._value

    def _read_again(self, stamps: tuple[Stamp, ...]) -> None:
        try:
            self._value = self._read()
        except UnreadableFileError as error:
            LOG.warning("what was read before still holds: %s", error)
        else:
            LOG.info("read anew: %s", ", ".join(map(str, self._paths)))
        self._stamps = stamps

    def _newest_stamps(self) -> tuple[Stamp, ...]:
        return tuple(map(_stamp, self._paths))


def _stamp(path: Path) -> Stamp:
    """What changes when a file is replaced, written, made or taken away."""
    try:
        status = path.stat()
    except OSError:
        return None
    return (status.st_ino, status.st_mtime_ns, status.st_size)
