"""How long the HTTP door listens to one request, and how much stands before its body.

uvicorn bounds connections and idle time between requests; a request that never ends, and a head
without end, are ended here.
"""

from asyncio import TimerHandle, Transport
from functools import partial
from http import HTTPStatus
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from sql.settings import Limits


def protocol_of(limits: Limits) -> Any:
    """What uvicorn makes for each connection."""
    return partial(_PatientProtocol, limits)


class _PatientProtocol(HttpToolsProtocol):
    """One connection; runs on the event loop."""

    def __init__(self, limits: Limits, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._limits = limits
        self._head_bytes = 0
        self._in_head = True
        self._late: TimerHandle | None = None

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override] # uvicorn's own
        super().connection_made(transport)
        self._wait_for_end()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._late is None:
            self._wait_for_end()
        self._head_bytes += len(data)
        super().data_received(data)
        if self._in_head and self._head_bytes > self._limits.head_bytes:
            self._end(
                HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
                f"The head is larger than {self._limits.head_bytes} bytes (limits.head_bytes).",
            )

    def on_headers_complete(self) -> None:
        self._in_head = False
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._in_head, self._head_bytes = True, 0
        self._stop_waiting()
        super().on_message_complete()

    def _wait_for_end(self) -> None:
        self._late = self.loop.call_later(self._limits.request_s, self._give_up)

    def _stop_waiting(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _give_up(self) -> None:
        self._end(
            HTTPStatus.REQUEST_TIMEOUT,
            f"No whole request came in {self._limits.request_s} s (limits.request_s).",
        )

    def _end(self, status: HTTPStatus, why: str) -> None:
        """Says why, and closes; whoever waits for the body is told that it ended."""
        self._stop_waiting()
        if self.transport.is_closing():
            return
        head = (
            f"HTTP/1.1 {status} {status.phrase}\r\ncontent-type: text/plain; charset=utf-8\r\n"
            f"content-length: {len(why)}\r\nconnection: close\r\n\r\n"
        )
        self.transport.write(f"{head}{why}".encode("ascii"))
        self.transport.close()
