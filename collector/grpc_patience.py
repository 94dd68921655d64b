"""How long the gRPC door listens to one request: whoever is slower gives its thread back."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Lock, Thread
from time import monotonic

import grpc

LOOK_EVERY_S = 0.5


class Patience:
    """Cancels what arrives too slowly, from a thread of its own; `stop` ends that."""

    def __init__(self, request_s: float) -> None:
        """`request_s` bounds the time that one message takes to arrive."""
        self._request_s = request_s
        self._arriving: dict[int, tuple[float, grpc.ServicerContext]] = {}
        self._lock = Lock()
        self._stopped = Event()
        self._thread = Thread(target=self._watch, name="otlp-grpc-patience", daemon=True)
        self._thread.start()

    @contextmanager
    def arriving(self, context: grpc.ServicerContext) -> Iterator[None]:
        """While the message is awaited."""
        with self._lock:
            self._arriving[id(context)] = (monotonic() + self._request_s, context)
        try:
            yield
        finally:
            with self._lock:
                del self._arriving[id(context)]

    def stop(self) -> None:
        """Returns when nothing is watched any more."""
        self._stopped.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stopped.wait(LOOK_EVERY_S):
            now = monotonic()
            with self._lock:
                late = [context for until, context in self._arriving.values() if until <= now]
            for context in late:
                context.cancel()
