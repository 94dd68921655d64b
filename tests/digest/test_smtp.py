"""Handing a message to real mail servers: what is taken, what is tried again, what is in doubt."""

import socket
import ssl
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import trustme

from app.digest.smtp import RefusedError, RetryError, UncertainError, hand_over
from sql.mail_settings import PASSWORD_VARIABLE, Smtp
from tests.digest.mail_server import HOST, LOGIN, MailServer, mail_server

ADA = "ada@example.com"
MESSAGE = b"Subject: Hello\r\n\r\n.hidden\r\n..twice\r\nlast line"


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def context(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(HOST).configure_cert(context)
    return context


@pytest.fixture(scope="module")
def ca_file(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> str:
    file: Path = tmp_path_factory.mktemp("ca") / "ca.pem"
    authority.cert_pem.write_to_path(str(file))
    return str(file)


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server() as server:
        yield server


def plain(server: MailServer) -> Smtp:
    return Smtp(HOST, "latency@example.com", server.port, "none", timeout_s=5)


def send(smtp: Smtp) -> list[str]:
    """What was told right before the last byte went out."""
    told: list[str] = []
    hand_over(smtp, ADA, MESSAGE, lambda: told.append("last"))
    return told


def test_what_is_sent_arrives_byte_by_byte(server: MailServer) -> None:
    assert send(plain(server)) == ["last"]
    assert server.taken == [(ADA, MESSAGE + b"\r\n")]


def test_starttls_and_a_login(
    context: ssl.SSLContext, ca_file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PASSWORD_VARIABLE, LOGIN.password.decode())
    with mail_server(starttls=context, auth=True) as server:
        smtp = replace(plain(server), security="starttls", username="latency", ca_file=ca_file)
        send(smtp)
        assert len(server.taken) == 1


def test_tls_from_the_first_byte(context: ssl.SSLContext, ca_file: str) -> None:
    with mail_server(tls=context) as server:
        send(replace(plain(server), security="tls", ca_file=ca_file))
        assert len(server.taken) == 1


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_that_nobody_vouches_for_is_not_trusted(
    context: ssl.SSLContext, security: str
) -> None:
    given = {"starttls": context} if security == "starttls" else {"tls": context}
    with mail_server(**given) as server, pytest.raises(RetryError, match="certificate"):
        send(replace(plain(server), security=security))


def test_a_server_without_starttls_gets_nothing_in_the_clear(server: MailServer) -> None:
    with pytest.raises(RetryError, match="STARTTLS"):
        send(replace(plain(server), security="starttls"))
    assert not server.asked


def test_a_wrong_password_is_tried_again_and_never_repeated_to_anybody(
    context: ssl.SSLContext, ca_file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PASSWORD_VARIABLE, "hunter2")
    with mail_server(starttls=context, auth=True) as server:
        smtp = replace(plain(server), security="starttls", username="latency", ca_file=ca_file)
        with pytest.raises(RetryError, match="535") as caught:
            send(smtp)
    assert "hunter2" not in f"{caught.value} {caught.value.__cause__}"


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ("550 5.1.1 nobody of that name", RefusedError),
        ("451 4.7.1 greylisted, try again later", RetryError),
    ],
)
def test_what_the_server_says_of_a_recipient_is_passed_on(
    server: MailServer, answer: str, error: type[Exception]
) -> None:
    server.refuses[ADA] = [answer]
    with pytest.raises(error, match=answer):
        send(plain(server))
    send(plain(server))
    assert len(server.taken) == 1


@pytest.mark.parametrize(
    ("answer", "error"),
    [("554 5.6.0 looks like spam", RefusedError), ("452 4.3.1 disk full", RetryError)],
)
def test_an_answer_after_the_last_byte_is_no_doubt(
    server: MailServer, answer: str, error: type[Exception]
) -> None:
    server.last_answers = [answer]
    with pytest.raises(error, match=answer):
        send(plain(server))


def test_a_line_that_breaks_before_the_last_byte_is_tried_again(server: MailServer) -> None:
    server.drops = "MAIL"
    with pytest.raises(RetryError, match="before the message was sent"):
        send(plain(server))


def test_a_line_that_breaks_after_the_last_byte_leaves_doubt(server: MailServer) -> None:
    server.drops = "last"
    with pytest.raises(UncertainError):
        send(plain(server))


def test_a_slow_server_is_waited_for(server: MailServer) -> None:
    server.waits_s = 0.3
    send(plain(server))
    assert len(server.taken) == 1


def test_a_server_that_says_nothing_is_given_up_for_now(server: MailServer) -> None:
    server.waits_s = 30
    with pytest.raises(RetryError, match="timed out"):
        send(replace(plain(server), timeout_s=0.2))


def test_after_the_last_byte_a_server_may_take_longer_than_the_timeout(server: MailServer) -> None:
    server.last_answer_waits_s = 1.0
    send(replace(plain(server), timeout_s=0.4))
    assert len(server.taken) == 1


def test_nobody_listening_is_tried_again() -> None:
    with socket.create_server((HOST, 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(RetryError, match="refused"):
        send(Smtp(HOST, "latency@example.com", port, "none"))
