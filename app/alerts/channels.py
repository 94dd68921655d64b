"""Telling people: by e-mail, to Slack, and to any webhook, signed so that it can be believed.

A receiver checks the webhook's `X-LatencyTax-Signature`: `v1=` and the HMAC-SHA256, in hex, of the
timestamp in `X-LatencyTax-Timestamp`, a dot, and the body, with LATENCYTAX_WEBHOOK_SECRET.
"""

import hashlib
import hmac
import json
import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import partial
from http.client import HTTPException
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from app.digest.smtp import HandOverError, hand_over
from sql.alert_settings import SECRET_VARIABLE, SLACK_VARIABLE
from sql.mail_settings import Smtp, masked, without
from sql.settings import Settings

TIMEOUT_S = 10.0
MAIL, SLACK, WEBHOOK = "e-mail", "Slack", "webhook"
SLACK_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


class NotToldError(Exception):
    """A channel did not take a message; the message says why, without addresses that are secret."""


@dataclass(frozen=True, slots=True)
class Message:
    """What is told, in words and as a webhook's receiver reads it."""

    alert_id: str
    event: str
    severity: str
    use_case: str
    kind: str
    text: str
    opened_at: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class Channel:
    """One way to tell; `tell` raises NotToldError. Neither kind nor name holds a whole address."""

    kind: str
    name: str
    tell: Callable[[Message], None]


def channels(settings: Settings) -> Iterator[Channel]:
    """Those that the settings and the environment name."""
    alerts, smtp = settings.alerts, settings.smtp
    if alerts is None:
        return
    for address in alerts.emails:
        yield Channel(MAIL, f"{MAIL} to {masked(address)}", partial(_mail, smtp, address))
    if url := os.environ.get(SLACK_VARIABLE):
        yield Channel(SLACK, SLACK, partial(_slack, url))
    if alerts.webhook:
        hook = alerts.webhook
        yield Channel(WEBHOOK, WEBHOOK, partial(_webhook, hook))


def kinds(settings: Settings) -> dict[str, int]:
    """How many of each kind there are."""
    return Counter(channel.kind for channel in channels(settings))


def _mail(smtp: Smtp | None, address: str, message: Message) -> None:
    if smtp is None:
        raise NotToldError("[smtp] says no server that takes the mail")
    mail = EmailMessage(policy=SMTP)
    mail["From"] = str(Address("Latency Tax", addr_spec=smtp.sender))
    mail["To"] = address
    mail["Subject"] = message.text.replace("\N{NO-BREAK SPACE}", " ")
    mail["Date"] = format_datetime(message.at)
    mail["Message-ID"] = f"<{message.alert_id}.{message.event}.{int(message.at.timestamp())}@alert>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(f"{message.text}\n", cte="quoted-printable")
    try:
        hand_over(smtp, address, bytes(mail), lambda: None)
    except HandOverError as error:
        raise NotToldError(without(address, str(error))) from error


def _slack(url: str, message: Message) -> None:
    """Names in the text mention nobody and link nowhere."""
    _post(url, json.dumps({"text": message.text.translate(SLACK_ESCAPES)}).encode(), {})


def _webhook(url: str, message: Message) -> None:
    body = json.dumps(
        {
            "id": message.alert_id,
            "event": message.event,
            "severity": message.severity,
            "use_case": message.use_case,
            "kind": message.kind,
            "text": message.text,
            "opened_at": message.opened_at.isoformat(),
            "at": message.at.isoformat(),
        }
    ).encode()
    headers = {}
    if secret := os.environ.get(SECRET_VARIABLE):
        timestamp = str(int(message.at.timestamp()))
        headers = {
            "X-LatencyTax-Timestamp": timestamp,
            "X-LatencyTax-Signature": f"v1={signature(secret, timestamp, body)}",
        }
    _post(url, body, headers)


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """What a receiver compares with."""
    return hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()


def _post(url: str, body: bytes, headers: dict[str, str]) -> None:
    request = Request(url, body, {"Content-Type": "application/json"} | headers)  # noqa: S310 - http(s), by the settings
    try:
        with urlopen(request, timeout=TIMEOUT_S):  # noqa: S310 - as above
            return
    except HTTPError as error:
        raise NotToldError(f"answered {error.code}") from error
    except (OSError, HTTPException, ValueError) as error:
        reason = getattr(error, "reason", None)
        raise NotToldError(f"cannot be reached: {reason or type(error).__name__}") from error
