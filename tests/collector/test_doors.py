"""Who is let in, over which wire, and how fast: with the exporters that people use."""

import http.client
import re
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import grpc
import pytest
import trustme
from google.rpc.error_details_pb2 import RetryInfo
from grpc_status import rpc_status
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import (
    OTLPSpanExporter as GrpcExporter,
)
from opentelemetry.exporter.otlp.proto.http.trace_exporter import (
    OTLPSpanExporter as HttpExporter,
)
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SpanExportResult

from collector import gate, tokens
from collector.accept import Admission
from collector.exposition import Exposition
from collector.gate import Gate, gate_of
from collector.journal import Journal
from collector.otlp_grpc import GrpcDoor
from collector.otlp_http import PROTOBUF, HttpDoor
from collector.reread import UnreadableFileError
from collector.signals import TRACES
from sql.door_settings import Tls
from sql.settings import Limits, SettingsError, load_settings
from tests.collector.conftest import Counts
from tests.collector.test_protocols import GOOD, PREFACE, SETTINGS_FRAME, posted, status, talk

SOON = datetime(2100, 1, 1, tzinfo=UTC)


def bearer(secret: str) -> dict[str, str]:
    return {"authorization": f"Bearer {secret}"}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "tokens.toml"


@pytest.fixture(autouse=True)
def _looks_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Changes of tokens are seen by the next request, so that no test waits."""
    monkeypatch.setattr(gate, "LOOK_EVERY_S", 0)


@pytest.fixture
def sender(file: Path) -> str:
    return tokens.create(file, "sender", "ingest", None)


Doors = tuple[str, str]
Opened = Callable[[Gate], Iterator[Doors]]


@pytest.fixture
def opened(admission: Admission, exposition: Exposition) -> Opened:
    """Both doors behind a gate: the addresses of gRPC and HTTP."""

    @contextmanager
    def both(gate: Gate) -> Iterator[Doors]:
        rpc = GrpcDoor("127.0.0.1:0", admission, gate)
        web = HttpDoor("127.0.0.1:0", admission, exposition, gate)
        try:
            yield f"localhost:{rpc.port}", f"localhost:{web.port}"
        finally:
            web.stop()
            rpc.stop()

    return both


class Pki:
    """An authority, a certificate of the doors that it can renew, and one of a sender."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.authority = trustme.CA()
        self.ca = folder / "ca.pem"
        self.authority.cert_pem.write_to_path(self.ca)
        self.renew()
        self.client = folder / "client.pem"
        client = self.authority.issue_cert("sender@example.com")
        self.client.write_bytes(client.cert_chain_pems[0].bytes())
        self.client_key = folder / "client.key"
        client.private_key_pem.write_to_path(self.client_key)

    def renew(self) -> bytes:
        """Replaces certificate and key as certbot does; gives the certificate in DER."""
        issued = self.authority.issue_cert("localhost")
        pems = {"door.pem": issued.cert_chain_pems[0], "door.key": issued.private_key_pem}
        for name, pem in pems.items():
            fresh = self.folder / f"new.{name}"
            pem.write_to_path(fresh)
            fresh.replace(self.folder / name)
        return ssl.PEM_cert_to_DER_cert(issued.cert_chain_pems[0].bytes().decode())

    def tls(self, *, mutual: bool = False) -> Tls:
        certificate, key = self.folder / "door.pem", self.folder / "door.key"
        return Tls(str(certificate), str(key), str(self.ca) if mutual else None)


@pytest.fixture
def pki(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Pki:
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)  # requests prefers it to what we name
    monkeypatch.delenv("CURL_CA_BUNDLE", raising=False)
    return Pki(tmp_path)


def a_span() -> list[ReadableSpan]:
    span = TracerProvider().get_tracer("test").start_span("span")
    span.end()
    assert isinstance(span, ReadableSpan)
    return [span]


def by_grpc(address: str, secret: str, **tls: bytes) -> bool:
    """Whether Python's gRPC exporter delivers."""
    given = {name: pem for name, pem in tls.items() if pem}
    exporter = GrpcExporter(
        endpoint=f"{'https' if tls else 'http'}://{address}",
        insecure=not tls,
        credentials=grpc.ssl_channel_credentials(**given) if tls else None,
        headers=bearer(secret),
        timeout=3,
    )
    delivered = exporter.export(a_span()) is SpanExportResult.SUCCESS
    exporter.shutdown()
    return delivered


def by_http(address: str, secret: str, ca: Path | None = None, pki: Pki | None = None) -> bool:
    """Whether Python's HTTP exporter delivers."""
    exporter = HttpExporter(
        f"{'https' if ca else 'http'}://{address}/v1/traces",
        headers=bearer(secret),
        timeout=3,
        certificate_file=str(ca) if ca else None,
        client_certificate_file=str(pki.client) if pki else None,
        client_key_file=str(pki.client_key) if pki else None,
    )
    delivered = exporter.export(a_span()) is SpanExportResult.SUCCESS
    exporter.shutdown()
    return delivered


def get(address: str, path: str, secret: str | None = None) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection(address, timeout=10)
    connection.request("GET", path, headers=bearer(secret) if secret else {})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer


def refusal_of(address: str, secret: str | None, body: bytes = GOOD) -> tuple[int, str]:
    """The code and the words of the gRPC door."""
    metadata = [("authorization", f"Bearer {secret}")] if secret else []
    with grpc.insecure_channel(address) as channel:
        call = channel.unary_unary(f"/{TRACES.service}/Export")
        with pytest.raises(grpc.RpcError) as caught:
            call(body, metadata=metadata)
    return caught.value.code(), caught.value.details()


def test_exporters_with_a_token_are_let_in(opened: Opened, file: Path, sender: str) -> None:
    with opened(Gate(file)) as (rpc, web):
        assert by_grpc(rpc, sender)
        assert by_http(web, sender)


def test_exporters_with_token_and_tls_are_let_in(
    opened: Opened, file: Path, sender: str, pki: Pki
) -> None:
    with opened(Gate(file, tls=pki.tls())) as (rpc, web):
        assert by_grpc(rpc, sender, root_certificates=pki.ca.read_bytes())
        assert by_http(web, sender, pki.ca)
        assert not by_http(web, "latencytax_guessed", pki.ca)


def test_with_a_client_authority_only_its_certificates_are_let_in(opened: Opened, pki: Pki) -> None:
    with opened(Gate(tls=pki.tls(mutual=True))) as (rpc, web):
        root = pki.ca.read_bytes()
        own = {
            "private_key": pki.client_key.read_bytes(),
            "certificate_chain": pki.client.read_bytes(),
        }
        assert by_grpc(rpc, "", root_certificates=root, **own)
        assert by_http(web, "", pki.ca, pki)
        assert not by_grpc(rpc, "", root_certificates=root)
        assert not by_http(web, "", pki.ca)


def shown_by(address: str, ca: Path) -> bytes:
    """The certificate that a door shows to a new connection, in DER."""
    host, port = address.split(":")
    context = ssl.create_default_context(cafile=str(ca))
    context.set_alpn_protocols(["h2", "http/1.1"])
    with (
        socket.create_connection((host, int(port)), 5) as connection,
        context.wrap_socket(connection, server_hostname="localhost") as wrapped,
    ):
        return wrapped.getpeercert(binary_form=True) or b""


def test_a_renewed_certificate_is_shown_without_a_restart(opened: Opened, pki: Pki) -> None:
    with opened(Gate(tls=pki.tls())) as doors:
        renewed = pki.renew()
        assert [shown_by(door, pki.ca) for door in doors] == [renewed] * 2


def test_a_half_written_renewal_changes_nothing(opened: Opened, pki: Pki) -> None:
    before = pki.renew()
    with opened(Gate(tls=pki.tls())) as doors:
        (pki.folder / "door.key").write_text("no key yet", encoding="ascii")
        assert [shown_by(door, pki.ca) for door in doors] == [before] * 2
        renewed = pki.renew()
        assert [shown_by(door, pki.ca) for door in doors] == [renewed] * 2


def test_a_key_that_does_not_fit_is_told_at_the_start(pki: Pki) -> None:
    with pytest.raises(UnreadableFileError, match=r"cannot use .*door\.pem with .*ca\.pem"):
        Gate(tls=Tls(pki.tls().certificate, str(pki.ca)))


def test_who_is_refused_is_told_why_and_counted(
    opened: Opened, file: Path, sender: str, refused: Counts
) -> None:
    scraper = tokens.create(file, "scraper", "read", None)
    expired = tokens.create(file, "old", "ingest", datetime.now(UTC) - timedelta(days=1))
    unauthenticated, denied = grpc.StatusCode.UNAUTHENTICATED, grpc.StatusCode.PERMISSION_DENIED
    with opened(Gate(file)) as (rpc, web):
        for secret, code, words in [
            (None, unauthenticated, "needs a token"),
            ("latencytax_wrong", unauthenticated, "not known here"),
            (expired, unauthenticated, "'old' has expired"),
            (scraper, denied, "'scraper' has the scope read"),
        ]:
            told, details = refusal_of(rpc, secret)
            assert (told, words in details) == (code, True)
        answer = talk(web.replace("localhost", "127.0.0.1"), posted(b"", "Connection: close"))
        assert status(answer) == 401
        assert b"www-authenticate: Bearer" in answer
        assert b"latencytax token create" in answer
        assert [get(web, path).status for path in ("/healthz", "/readyz", "/metrics")] == [
            *(200, 200, 401),
        ]
        assert get(web, "/metrics", scraper).status == 200
        assert get(web, "/metrics", sender).status == 403
    assert refused() == {
        ("grpc", "traces", "no_token"): 1,
        ("grpc", "traces", "unknown_token"): 1,
        ("grpc", "traces", "expired_token"): 1,
        ("grpc", "traces", "wrong_scope"): 1,
        ("http", "traces", "no_token"): 1,
        ("http", "scrape", "no_token"): 1,
        ("http", "scrape", "wrong_scope"): 1,
    }


def test_tokens_come_and_go_while_the_doors_are_open(
    opened: Opened, file: Path, journal: Journal
) -> None:
    with opened(Gate(file)) as (rpc, web):
        assert by_http(web, "")
        secret = tokens.create(file, "late", "ingest", SOON)
        assert not by_http(web, "")
        assert by_http(web, secret)
        tokens.revoke(file, "late")
        assert not by_http(web, secret)
        file.unlink()
        assert not by_http(web, "")
        assert refusal_of(rpc, secret)[0] is grpc.StatusCode.UNAUTHENTICATED
    assert journal.pending_batches == 2


def test_a_broken_file_of_tokens_locks_nobody_in_or_out(
    opened: Opened, file: Path, sender: str
) -> None:
    with opened(Gate(file)) as (_, web):
        file.write_text("[[token]]\nname = 1", encoding="utf-8")
        assert by_http(web, sender)
        assert not by_http(web, "latencytax_wrong")
    with pytest.raises(UnreadableFileError, match="is no list of tokens"):
        Gate(file)


def test_a_token_is_kept_as_a_hash_that_only_its_owner_reads(file: Path) -> None:
    secret = tokens.create(file, 'a "name"', "read", SOON)
    assert re.fullmatch(r"latencytax_[A-Za-z0-9_-]{43}", secret)
    assert secret not in file.read_text(encoding="utf-8")
    assert file.stat().st_mode & 0o777 == 0o600
    [token] = tokens.read(file)
    assert (token.name, token.scope, token.expires_at) == ('a "name"', "read", SOON)
    assert tokens.found([token], secret) == token
    assert tokens.found([token], secret[:-1]) is None
    with pytest.raises(tokens.TokenFileError, match="choose another name"):
        tokens.create(file, 'a "name"', "read", None)
    with pytest.raises(tokens.TokenFileError, match="there is no token 'b'"):
        tokens.revoke(file, "b")


def test_whoever_sends_too_fast_is_told_when_to_go_on(
    opened: Opened, file: Path, sender: str, refused: Counts
) -> None:
    other = tokens.create(file, "other", "ingest", None)
    with opened(Gate(file, limits=Limits(token_bytes_per_s=1))) as (rpc, web):
        assert by_http(web, sender)
        with grpc.insecure_channel(rpc) as channel:
            call = channel.unary_unary(f"/{TRACES.service}/Export")
            with pytest.raises(grpc.RpcError) as caught:
                call(GOOD, metadata=[("authorization", f"Bearer {sender}")])
        told = rpc_status.from_call(caught.value)
        hint = RetryInfo()
        assert told.code == grpc.StatusCode.RESOURCE_EXHAUSTED.value[0]
        assert told.details[0].Unpack(hint)
        assert hint.retry_delay.seconds > 10
        head = (f"Content-Type: {PROTOBUF}", f"Authorization: Bearer {sender}")
        answer = talk(web.replace("localhost", "127.0.0.1"), posted(b"", *head))
        assert status(answer) == 429
        assert re.search(rb"retry-after: \d\d", answer)
        assert by_http(web, other)
    assert refused() == {("grpc", "traces", "too_fast"): 1, ("http", "traces", "too_fast"): 1}


def test_a_browser_may_send_from_the_origins_that_are_named(opened: Opened) -> None:
    asked = b"OPTIONS /v1/traces HTTP/1.1\r\nHost: x\r\nAccess-Control-Request-Method: POST\r\n"
    asked += b"Access-Control-Request-Headers: authorization,content-type\r\nConnection: close\r\n"
    for origins, allowed in [((), False), (("https://shop.example",), True)]:
        with opened(Gate(cors_origins=origins)) as (_, web):
            address = web.replace("localhost", "127.0.0.1")
            answer = talk(address, asked + b"Origin: https://shop.example\r\n\r\n")
            other = talk(address, asked + b"Origin: https://evil.example\r\n\r\n")
        assert (b"access-control-allow-origin: https://shop.example" in answer) == allowed
        assert b"access-control-allow-origin" not in other


def test_slow_senders_are_cut_off_and_keep_nobody_out(opened: Opened) -> None:
    with opened(Gate(limits=Limits(request_s=1))) as (rpc, web):
        host = "127.0.0.1"
        http_port, grpc_port = (int(address.split(":")[1]) for address in (web, rpc))
        half = posted(b"half", f"Content-Type: {PROTOBUF}", "Content-Length: 100")
        slow = [socket.create_connection((host, http_port), 10) for _ in range(3)]
        for connection, said in zip(slow, (b"", b"POST /v1/tr", half), strict=True):
            connection.sendall(said)
        for connection in slow:
            heard = connection.recv(999)
            assert status(heard) in {400, 408}
            connection.close()

        calls: list[grpc.Future] = []
        with grpc.insecure_channel(f"{host}:{grpc_port}") as channel:
            stuck = channel.stream_unary(f"/{TRACES.service}/Export")
            calls = [stuck.future(never()) for _ in range(40)]
            assert channel.unary_unary(f"/{TRACES.service}/Export")(GOOD, timeout=8) == b""
            for call in calls:
                assert call.code() is not grpc.StatusCode.OK
        assert talk(f"{host}:{grpc_port}", PREFACE, SETTINGS_FRAME)


def never() -> Iterator[bytes]:
    """A message that does not come while anybody waits for it."""
    time.sleep(5)
    yield GOOD


def test_a_head_is_bounded(opened: Opened) -> None:
    with opened(Gate(limits=Limits(head_bytes=1024))) as (rpc, web):
        address = web.replace("localhost", "127.0.0.1")
        answer = talk(address, b"POST /v1/traces HTTP/1.1\r\nX: " + b"y" * 5000)
        assert status(answer) == 431
        with (
            grpc.insecure_channel(rpc) as channel,
            pytest.raises(grpc.RpcError, match=r"RESOURCE_EXHAUSTED|metadata|headers"),
        ):
            call = channel.unary_unary(f"/{TRACES.service}/Export")
            call(GOOD, metadata=[("x", "y" * 5000)], timeout=5)


def test_connections_are_bounded(opened: Opened) -> None:
    with opened(Gate(limits=Limits(connections=3))) as (_, web):
        address = web.replace("localhost", "127.0.0.1")
        host, port = address.split(":")
        idle = [socket.create_connection((host, int(port))) for _ in range(3)]
        assert status(talk(address, posted(b"", "Connection: close"))) == 503
        for connection in idle:
            connection.close()


PUBLIC = '[tls]\ncertificate = "door.pem"\nkey = "door.key"\n'


@pytest.mark.usefixtures("pki")
@pytest.mark.parametrize(
    ("more", "has_token", "told"),
    [
        ("", False, ["anybody there could send", "everybody on the way could read"]),
        ("", True, ["everybody on the way could read"]),
        (PUBLIC, False, ["anybody there could send"]),
        ("[doors]\nbehind_tls_proxy = true\n", False, ["anybody there could send"]),
        ("[doors]\nbehind_tls_proxy = true\n", True, []),
        (PUBLIC, True, []),
        (f'{PUBLIC}client_ca = "ca.pem"\n', False, []),
    ],
)
def test_a_door_opens_to_a_network_only_with_known_senders_and_encryption(
    tmp_path: Path, more: str, told: list[str], *, has_token: bool
) -> None:
    config = tmp_path / "latencytax.toml"
    config.write_text(f'lake = "lake"\nhttp_address = "0.0.0.0:0"\n{more}', encoding="utf-8")
    if has_token:
        tokens.create(tmp_path / "lake" / "tokens.toml", "a", "ingest", None)
    settings = load_settings(config, environ={})
    try:
        gate_of(settings)
        problems = []
    except SettingsError as error:
        problems = error.problems
    assert len(problems) == len(told)
    for problem, words in zip(problems, told, strict=True):
        assert problem.startswith("http_address = '0.0.0.0:0': other machines reach it")
        assert words in problem
