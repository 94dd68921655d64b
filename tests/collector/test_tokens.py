"""Who is let in with a token, and how fast: with the exporters that people use."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import grpc
import pytest
from google.rpc.error_details_pb2 import RetryInfo
from grpc_status import rpc_status

from collector import tokens
from collector.gate import Gate, gate_of
from collector.journal import Journal
from collector.otlp_http import PROTOBUF
from collector.reread import UnreadableFileError
from collector.signals import TRACES
from sql.settings import Limits, SettingsError, load_settings
from tests.collector.conftest import Counts
from tests.collector.doors import Opened, by_grpc, by_http, get, refusal_of
from tests.collector.test_protocols import GOOD, posted, status, talk

SOON = datetime(2100, 1, 1, tzinfo=UTC)


def test_exporters_with_a_token_are_let_in(opened: Opened, token_file: Path, sender: str) -> None:
    with opened(Gate(token_file)) as (rpc, web):
        assert by_grpc(rpc, sender)
        assert by_http(web, sender)


def test_who_is_refused_is_told_why_and_counted(
    opened: Opened, token_file: Path, sender: str, refused: Counts
) -> None:
    scraper = tokens.create(token_file, "scraper", "read", None)
    expired = tokens.create(token_file, "old", "ingest", datetime.now(UTC) - timedelta(days=1))
    unauthenticated, denied = grpc.StatusCode.UNAUTHENTICATED, grpc.StatusCode.PERMISSION_DENIED
    with opened(Gate(token_file)) as (rpc, web):
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
    opened: Opened, token_file: Path, journal: Journal
) -> None:
    with opened(Gate(token_file)) as (rpc, web):
        assert by_http(web, "")
        secret = tokens.create(token_file, "late", "ingest", SOON)
        assert not by_http(web, "")
        assert by_http(web, secret)
        tokens.revoke(token_file, "late")
        assert not by_http(web, secret)
        token_file.unlink()
        assert not by_http(web, "")
        assert refusal_of(rpc, secret)[0] is grpc.StatusCode.UNAUTHENTICATED
    assert journal.pending_batches == 2


def test_a_broken_file_of_tokens_locks_nobody_in_or_out(
    opened: Opened, token_file: Path, sender: str
) -> None:
    with opened(Gate(token_file)) as (_, web):
        token_file.write_text("[[token]]\nname = 1", encoding="utf-8")
        assert by_http(web, sender)
        assert not by_http(web, "latencytax_wrong")
    with pytest.raises(UnreadableFileError, match="is no list of tokens"):
        Gate(token_file)


def test_a_token_is_kept_as_a_hash_that_only_its_owner_reads(token_file: Path) -> None:
    secret = tokens.create(token_file, 'a "name"', "read", SOON)
    assert re.fullmatch(r"latencytax_[A-Za-z0-9_-]{43}", secret)
    assert secret not in token_file.read_text(encoding="utf-8")
    assert token_file.stat().st_mode & 0o777 == 0o600
    [token] = tokens.read(token_file)
    assert (token.name, token.scope, token.expires_at) == ('a "name"', "read", SOON)
    assert tokens.found([token], secret) == token
    assert tokens.found([token], secret[:-1]) is None
    with pytest.raises(tokens.TokenFileError, match="choose another name"):
        tokens.create(token_file, 'a "name"', "read", None)
    with pytest.raises(tokens.TokenFileError, match="there is no token 'b'"):
        tokens.revoke(token_file, "b")


def test_whoever_sends_too_fast_is_told_when_to_go_on(
    opened: Opened, token_file: Path, sender: str, refused: Counts
) -> None:
    other = tokens.create(token_file, "other", "ingest", None)
    with opened(Gate(token_file, limits=Limits(token_bytes_per_s=1))) as (rpc, web):
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
