"""Ending in order when asked to: Ctrl-C or SIGTERM set an event that the main thread waits for."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
from types import FrameType


@contextmanager
def stop_requested() -> Iterator[Event]:
    """An event that SIGINT and SIGTERM set, instead of raising in the middle of work."""
    event = Event()

    def request(_number: int, _frame: FrameType | None) -> None:
        event.set()

    before = {number: signal.signal(number, request) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield event
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
