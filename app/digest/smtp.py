"""Handing a message to a mail server, and what may come of it.

HandOverError
├── RetryError      the server does not have the message and may take it later
├── RefusedError    the server will not take it: sending it again is useless
└── UncertainError  the line broke between the last byte and the answer: nobody knows
"""

import os
import re
import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from sql.mail_settings import PASSWORD_VARIABLE, Smtp

LAST_ANSWER_S = 600.0
"""RFC 5321 lets a server think for so long after the last byte."""
GO_AHEAD = 354
PERMANENT = 500
ERROR = 400
END = b"\r\n"
_DOT = re.compile(rb"^\.", re.MULTILINE)


class HandOverError(Exception):
    """A message was not taken, or nobody knows."""


class RetryError(HandOverError):
    """The server does not have the message."""


class RefusedError(HandOverError):
    """The server will not take it."""


class UncertainError(HandOverError):
    """The server may have the message."""


def hand_over(
    smtp: Smtp, recipient: str, message: bytes, before_last: Callable[[], object]
) -> None:
    """Returns when the server has taken the message; `before_last` is called right before it may.

    Until then the last line, a single dot, is held back, and without it a server takes nothing.
    """
    with _connection(smtp) as server:
        try:
            _check(server.mail(smtp.sender))
            _check(server.rcpt(recipient))
            code, answer = server.docmd("DATA")
            if code != GO_AHEAD:
                _check((max(code, ERROR), answer))
            server.send(_DOT.sub(b"..", message.removesuffix(END) + END))
        except (smtplib.SMTPException, OSError) as error:
            raise RetryError(f"the line broke before the message was sent: {error}") from error
        before_last()
        try:
            _set_timeout(server, max(smtp.timeout_s, LAST_ANSWER_S))
            server.send(b"." + END)
            last = server.getreply()
        except (smtplib.SMTPException, OSError) as error:
            raise UncertainError(f"the line broke before the server's answer: {error}") from error
        _check(last)


@contextmanager
def _connection(smtp: Smtp) -> Iterator[smtplib.SMTP]:
    """Greeted, encrypted and logged in as the settings say; never less than that."""
    try:
        server = _greeted(smtp)
    except (smtplib.SMTPException, OSError) as error:
        raise RetryError(f"{smtp.host}:{smtp.port_used}: {_words(error)}") from error
    try:
        yield server
    finally:
        with suppress(smtplib.SMTPException, OSError):
            _set_timeout(server, smtp.timeout_s)
            server.quit()
        server.close()


def _greeted(smtp: Smtp) -> smtplib.SMTP:
    where = (smtp.host, smtp.port_used, socket.gethostname())
    if smtp.security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            *where, timeout=smtp.timeout_s, context=_trusted(smtp)
        )
    else:
        server = smtplib.SMTP(*where, timeout=smtp.timeout_s)
    try:
        if smtp.security == "starttls":
            server.starttls(context=_trusted(smtp))
        if smtp.username:
            server.login(smtp.username, os.environ.get(PASSWORD_VARIABLE, ""))
        server.ehlo_or_helo_if_needed()
    except BaseException:
        server.close()
        raise
    return server


def _trusted(smtp: Smtp) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=smtp.ca_file)


def _check(reply: tuple[int, bytes]) -> None:
    code, answer = reply
    if code < ERROR:
        return
    words = f"{code} {answer.decode(errors='replace')}"
    raise RefusedError(words) if code >= PERMANENT else RetryError(words)


def _set_timeout(server: smtplib.SMTP, timeout_s: float) -> None:
    if server.sock:
        server.sock.settimeout(timeout_s)


def _words(error: Exception) -> str:
    """What the server or the system said; of a refused login not what was sent."""
    match error:
        case smtplib.SMTPResponseException():
            answer = error.smtp_error
            told = answer.decode(errors="replace") if isinstance(answer, bytes) else answer
            return f"{error.smtp_code} {told}"
        case OSError(strerror=str() as told):
            return told
        case _:
            return str(error) or type(error).__name__
