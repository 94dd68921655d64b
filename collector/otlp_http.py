"""The HTTP door: POST /v1/traces, /v1/metrics, /v1/logs and /v1/conversions around `accept`."""

import errno
import socket
import ssl
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from threading import Thread

import uvicorn
from google.protobuf.json_format import MessageToJson
from google.protobuf.message import Message
from google.rpc.code_pb2 import NOT_FOUND, UNIMPLEMENTED
from google.rpc.status_pb2 import Status
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from collector.accept import Admission
from collector.bounds import check_size, inflate
from collector.errors import (
    ANSWERS,
    MalformedError,
    RefusedError,
    UnknownSenderError,
    WrongTypeError,
    status_of,
)
from collector.exposition import Exposition
from collector.gate import Gate
from collector.http_patience import protocol_of
from collector.otlp_json import to_protobuf
from collector.signals import CONVERSIONS, HANDSHAKE, LOGS, METRICS, SCRAPE, TRACES, Signal
from collector.tls import http_context
from sql.settings import host_and_port

DOOR = "http"
PROTOBUF = "application/x-protobuf"
JSON = "application/json"
PATHS = {
    "/v1/traces": TRACES,
    "/v1/metrics": METRICS,
    "/v1/logs": LOGS,
    # Where exporters that are set up for other products send.
    "/api/public/otel/v1/traces": TRACES,
    "/otel/v1/traces": TRACES,
    "/tracer/v1/traces": TRACES,
}
CONVERSIONS_PATH = "/v1/conversions"
STOP_TIMEOUT_S = 5
# SDKs send every 5 s over one connection; it must not be closed just before they do.
KEEP_ALIVE_S = 75


class HttpDoor:
    """The serving door; `stop` finishes what it is answering."""

    def __init__(
        self,
        address: str,
        admission: Admission,
        exposition: Exposition,
        gate: Gate | None = None,
    ) -> None:
        """Listens when this returns. Raises OSError when the address cannot be had."""
        gate = gate or Gate()
        listener = _listen(address)
        self.port: int = listener.getsockname()[1]
        self._server = uvicorn.Server(
            uvicorn.Config(
                http_app(admission, exposition, gate),
                http=protocol_of(gate.limits),
                ssl_context_factory=_context_of(admission, gate),
                limit_concurrency=gate.limits.connections,
                proxy_headers=False,
                lifespan="off",
                ws="none",
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_keep_alive=KEEP_ALIVE_S,
                timeout_graceful_shutdown=STOP_TIMEOUT_S,
            )
        )
        self._thread = Thread(target=self._server.run, args=([listener],), name="otlp-http")
        self._thread.start()

    def stop(self) -> None:
        """Returns when the last answer is given, or after a few seconds without it."""
        self._server.should_exit = True
        self._thread.join()


def _context_of(
    admission: Admission, gate: Gate
) -> Callable[[uvicorn.Config, Callable[[], ssl.SSLContext]], ssl.SSLContext] | None:
    """What makes the context of TLS; None where the door does not encrypt."""
    certificates = gate.certificates
    if certificates is None:
        return None

    def refused(why: str) -> None:
        error = UnknownSenderError(f"A TLS handshake failed: {why}.", reason="tls_handshake_failed")
        admission.refuse(error, HANDSHAKE, DOOR)

    return lambda *_: http_context(certificates, refused)


def http_app(admission: Admission, exposition: Exposition, gate: Gate) -> Starlette:
    """The routes, as an ASGI application."""
    routes = [
        Route(path, _export(signal, admission, gate), methods=["POST"])
        for path, signal in [*PATHS.items(), (CONVERSIONS_PATH, CONVERSIONS)]
    ]
    return Starlette(
        routes=[
            *routes,
            Route("/healthz", _healthz),
            Route("/readyz", _readyz(admission)),
            Route("/metrics", _metrics(exposition, admission, gate)),
        ],
        middleware=_cors(gate.cors_origins),
        exception_handlers={HTTPException: _no_route},
    )


def _cors(origins: tuple[str, ...]) -> list[Middleware]:
    """Lets pages of these origins send; without any, browsers keep to their own rules."""
    if not origins:
        return []
    return [
        Middleware(
            CORSMiddleware,
            allow_origins=origins,
            allow_methods=["POST"],
            allow_headers=["Authorization", "Content-Type", "Content-Encoding"],
            expose_headers=["Retry-After"],
        )
    ]


def _listen(address: str) -> socket.socket:
    host, port = host_and_port(address)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise OSError(
            error.errno or errno.EADDRINUSE,
            f"The OTLP/HTTP door cannot listen on {address}: {error.strerror}. Stop the program"
            " that has the port or set http_address",
        ) from error


def _export(
    signal: Signal, admission: Admission, gate: Gate
) -> Callable[[Request], Awaitable[Response]]:
    def accept(body: bytes, content_type: str, encoding: str) -> Message:
        if encoding == "gzip":
            body = inflate(body, admission.message_bytes)
        if content_type == JSON and signal is not CONVERSIONS:
            body = to_protobuf(body, signal.request)
        return admission.accept(signal, body, DOOR)

    async def export(request: Request) -> Response:
        try:
            token = gate.admit(request.headers.get("authorization"), "ingest")
            content_type, encoding = _content_type(request, signal), _encoding(request)
            body = await _read(request, admission.message_bytes)
            gate.spend(token, len(body))
            return _answer(request, await run_in_threadpool(accept, body, content_type, encoding))
        except RefusedError as error:
            admission.refuse(error, signal, DOOR)
            return _refusal(request, error)

    return export


def _media_type(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def _content_type(request: Request, signal: Signal) -> str:
    content_type = _media_type(request)
    known = (JSON,) if signal is CONVERSIONS else (PROTOBUF, JSON)
    if content_type not in known:
        raise WrongTypeError(
            f"Content-Type must be {' or '.join(known)}.", reason="wrong_content_type"
        )
    return content_type


def _encoding(request: Request) -> str:
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in {"gzip", "identity"}:
        raise WrongTypeError(
            "Content-Encoding must be gzip or identity.", reason="wrong_content_encoding"
        )
    return encoding


async def _read(request: Request, limit_bytes: int) -> bytes:
    check_size(int(request.headers.get("content-length", 0)), limit_bytes)
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            check_size(len(body), limit_bytes)
    except ClientDisconnect as error:
        raise MalformedError(
            "The connection ended before the body did.", reason="disconnected"
        ) from error
    return bytes(body)


def _answer(
    request: Request, message: Message, status: int = 200, headers: dict[str, str] | None = None
) -> Response:
    """The message in the request's own type, in JSON when that type is not ours."""
    if _media_type(request) == PROTOBUF:
        return Response(message.SerializeToString(), status, headers, PROTOBUF)
    return Response(MessageToJson(message, indent=None), status, headers, JSON)


def _refusal(request: Request, error: RefusedError) -> Response:
    answer = ANSWERS[type(error)]
    headers = {}
    if error.retry_after_s is not None:
        headers["Retry-After"] = str(error.retry_after_s)
    if answer.http_status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    return _answer(request, status_of(error), answer.http_status, headers)


def _no_route(request: Request, error: Exception) -> Response:
    if isinstance(error, HTTPException) and error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        status = Status(code=UNIMPLEMENTED, message="Send data here with POST.")
        return _answer(request, status, HTTPStatus.METHOD_NOT_ALLOWED, {"Allow": "POST"})
    paths = ", ".join(path for path in PATHS if path.startswith("/v1/"))
    status = Status(
        code=NOT_FOUND,
        message=f"Nothing is here; OTLP is read at {paths}, JSON at {CONVERSIONS_PATH}.",
    )
    return _answer(request, status, HTTPStatus.NOT_FOUND)


async def _healthz(_: Request) -> Response:
    return PlainTextResponse("ok\n")


def _readyz(admission: Admission) -> Callable[[Request], Awaitable[Response]]:
    """Whether spans are taken now; a balancer sends them elsewhere while they are not."""

    async def ready(_: Request) -> Response:
        if admission.has_room:
            return PlainTextResponse("ready\n")
        return PlainTextResponse(
            "The journal is full: senders are told to wait until the lake has caught up.\n",
            HTTPStatus.SERVICE_UNAVAILABLE,
        )

    return ready


def _metrics(
    exposition: Exposition, admission: Admission, gate: Gate
) -> Callable[[Request], Awaitable[Response]]:
    async def scrape(request: Request) -> Response:
        try:
            gate.admit(request.headers.get("authorization"), "read")
        except RefusedError as error:
            admission.refuse(error, SCRAPE, DOOR)
            return _refusal(request, error)
        accepted = request.headers.get("accept", "")
        body, content_type = await run_in_threadpool(exposition.text, accepted)
        return Response(body, headers={"Content-Type": content_type})

    return scrape
