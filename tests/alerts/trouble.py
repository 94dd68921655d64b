"""Trouble to be told of: voice requests that are late, and a web server that is told."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from tests.digest.mail_server import HOST
from tests.sql.otlp import START, TestSpan, otlp


@dataclass
class Hook:
    """What a web server was posted, and what it answers."""

    posts: list[tuple[Message, bytes]] = field(default_factory=list)
    status: int = 200
    url: str = ""

    def texts(self) -> list[str]:
        return [
            json.loads(body)["text"].replace("\N{NO-BREAK SPACE}", " ") for _, body in self.posts
        ]


@contextmanager
def listening() -> Iterator[Hook]:
    hook = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            hook.posts.append((self.headers, body))
            self.send_response(hook.status)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Nothing to say."""

    with ThreadingHTTPServer((HOST, 0), Handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        hook.url = f"http://{HOST}:{server.server_port}/hook"
        yield hook
        server.shutdown()
        thread.join()


def voice_requests(at: datetime, *, good: int, late: int = 0, name: str = "crm.lookup") -> bytes:
    """Requests in the ten minutes before a moment; late ones wait for a tool."""
    spans = []
    for turn in range(good + late):
        start_ms = (at - START) / timedelta(milliseconds=1) - 600_000 * (turn + 1) / (
            good + late + 1
        )
        trace, length_ms = f"{int(at.timestamp()):x}{turn:04x}", 3000 if turn < late else 500
        case = {"marketing.use_case": "voice_agent"}
        spans.append(TestSpan(trace, "1", "", start_ms, start_ms + length_ms, attributes=case))
        if turn < late:
            tool = {"openinference.span.kind": "TOOL"}
            begin_ms, end_ms = start_ms + 100, start_ms + 2900
            spans.append(TestSpan(trace, "2", "1", begin_ms, end_ms, name, attributes=tool))
    return otlp(spans)
