"""A collector for as long as one command needs it, where none is running on the lake."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Protocol

from collector.gate import Gate
from collector.service import Collector, LakeLockedError
from sql.settings import Settings


class CatchesUp(Protocol):
    """A collector that says whether all it received is in the lake and in the models."""

    def caught_up(self) -> bool:
        """Whether nothing waits."""


@contextmanager
def own_collector(settings: Settings) -> Iterator[Collector | None]:
    """The only writer, on ports of its own; None when a running collector is that already."""
    private = replace(
        settings,
        grpc_address="127.0.0.1:0",
        http_address="127.0.0.1:0",
    )
    with ExitStack() as running:
        collector: Collector | None
        try:
            collector = running.enter_context(Collector(private, quiet=timedelta(0), gate=Gate()))
        except LakeLockedError:
            collector = None
        yield collector


def wait_until_caught_up(collector: CatchesUp) -> None:
    """Return once nothing waits."""
    while not collector.caught_up():
        time.sleep(0.2)
