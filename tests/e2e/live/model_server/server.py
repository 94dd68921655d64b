"""A model server on this machine that answers after a known delay and remembers what it did."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from threading import Thread
from typing import Any

from tests.e2e.live.model_server import chat, messages, responses
from tests.e2e.live.model_server.reply import Event, Reply, reply_to

FIRST_TOKEN_S = 0.5
BETWEEN_TOKENS_S = 0.04
FORMATS = {"/v1/chat/completions": chat, "/v1/messages": messages, "/v1/responses": responses}


@dataclass(frozen=True, slots=True)
class Call:
    """One request as it was served; the times are in seconds since 1970."""

    reply: Reply
    streamed: bool
    received_at: float
    first_token_at: float


class ModelServer(ThreadingHTTPServer):
    """On a free port; `calls` are those that were answered."""

    def __init__(self) -> None:
        """Listens; nothing is answered before `serve_forever`."""
        super().__init__(("127.0.0.1", 0), _Answering)
        self.calls: list[Call] = []
        self.numbers = count(1)

    @property
    def url(self) -> str:
        """Without the path of a format."""
        return f"http://127.0.0.1:{self.server_port}"


@contextmanager
def serving() -> Iterator[ModelServer]:
    """A model server that answers, in threads of its own, until the block ends."""
    with ModelServer() as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


class _Answering(BaseHTTPRequestHandler):
    server: ModelServer
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else the second event waits for the client's acknowledgement

    def do_POST(self) -> None:
        received_at = time.time()
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        format_ = FORMATS[self.path]
        reply = reply_to(body, next(self.server.numbers))
        streamed = bool(body.get("stream"))
        if streamed:
            first_token_at = self._stream(*format_.stream(reply))
        else:
            first_token_at = self._whole(format_.whole(reply))
        self.server.calls.append(Call(reply, streamed, received_at, first_token_at))

    def _whole(self, answer: Event) -> float:
        time.sleep(FIRST_TOKEN_S)
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        answered_at = time.time()
        self.wfile.write(body)
        return answered_at

    def _stream(self, before: list[Event], tokens: list[Event]) -> float:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        for event in before:
            self._send(event)
        time.sleep(FIRST_TOKEN_S)
        first_token_at = time.time()
        for event in tokens:
            self._send(event)
            time.sleep(BETWEEN_TOKENS_S if _is_token(event) else 0)
        self.wfile.write(b"data: [DONE]\n\n")
        return first_token_at

    def _send(self, event: Event) -> None:
        kind = f"event: {event['type']}\n" if "type" in event else ""
        self.wfile.write(f"{kind}data: {json.dumps(event)}\n\n".encode())

    def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002 named by its base
        """Nothing: a test's output is about its claim."""


def _is_token(event: Event) -> bool:
    """In any of the formats; the others open and close messages and parts."""
    return "delta" in event or bool(event.get("choices"))
