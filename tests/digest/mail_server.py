"""A real SMTP server on loopback, as obliging or as difficult as a test asks for."""

import asyncio
import socket
import ssl
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

HOST = "127.0.0.1"
LOGIN = LoginPassword(b"latency", b"correct horse")


@dataclass
class MailServer:
    """What it has taken, and how it behaves."""

    taken: list[tuple[str, bytes]] = field(default_factory=list)
    """Recipient and message, in order."""
    asked: Counter[str] = field(default_factory=Counter)
    """How often each recipient was named."""
    refuses: dict[str, list[str]] = field(default_factory=dict)
    """What a recipient is answered the first times it is named."""
    last_answers: list[str] = field(default_factory=list)
    """What messages are answered after their last byte, before any is taken."""
    drops: str = ""
    """Where the connection ends: at "MAIL", at "DATA", or after the "last" byte."""
    waits_s: float = 0.0
    """Before each answer."""
    last_answer_waits_s: float = 0.0
    """After the last byte."""
    port: int = 0

    def mails(self) -> list[EmailMessage]:
        """The messages, read."""
        return [message_from_bytes(body, policy=default) for _, body in self.taken]  # type: ignore[misc]  # by its policy

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's names
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        del session, options
        await asyncio.sleep(self.waits_s)
        if self.drops == "MAIL":
            _drop(server)
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        del server, session, options
        await asyncio.sleep(self.waits_s)
        self.asked[address] += 1
        if self.refuses.get(address):
            return self.refuses[address].pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        del session
        await asyncio.sleep(self.waits_s + self.last_answer_waits_s)
        if self.drops == "last":
            _drop(server)
        if self.last_answers:
            return self.last_answers.pop(0)
        assert isinstance(envelope.content, bytes)
        self.taken.append((envelope.rcpt_tos[0], envelope.content))
        return "250 OK"


def _drop(server: SMTP) -> None:
    assert server.transport is not None
    server.transport.abort()


def _authenticate(
    server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: Any
) -> AuthResult:
    del server, session, envelope, mechanism
    return AuthResult(success=given == LOGIN, handled=False)


@contextmanager
def mail_server(
    *,
    starttls: ssl.SSLContext | None = None,
    tls: ssl.SSLContext | None = None,
    auth: bool = False,
) -> Iterator[MailServer]:
    """Runs it on a free port."""
    with socket.create_server((HOST, 0)) as free:  # aiosmtpd cannot look up port 0
        handler = MailServer(port=free.getsockname()[1])
    login = {"authenticator": _authenticate, "auth_required": True} if auth else {}
    controller = Controller(
        handler,
        hostname=HOST,
        port=handler.port,
        ssl_context=tls,
        tls_context=starttls,
        require_starttls=starttls is not None,
        **login,
    )
    controller.start()
    try:
        yield handler
    finally:
        controller.stop()
