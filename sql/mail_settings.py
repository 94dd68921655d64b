"""What ``latencytax.toml`` says about mail: the server, who gets a digest, and when."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches
from email.errors import MessageError
from email.headerregistry import Address
from typing import Annotated, Any, Literal
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError
from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, PositiveFloat

PASSWORD_VARIABLE = "LATENCYTAX_SMTP_PASSWORD"  # noqa: S105 - its name
PORTS = {"starttls": 587, "tls": 465, "none": 25}
SECRETS = ("pass", "secret", "token")
CRON_FIELDS = 5
ANY_DAY = datetime(2026, 1, 1, tzinfo=UTC)


def _mailbox(value: str) -> str:
    try:
        mailbox = Address(addr_spec=value)
    except (ValueError, IndexError, MessageError):
        mailbox = Address()
    if not (mailbox.username and mailbox.domain and value.isascii() and value.isprintable()):
        raise ValueError("must be an e-mail address, for example ada@example.com")
    return value


def _time_zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError("must be an IANA time zone, for example Europe/Berlin") from error
    return value


def _schedule(value: str) -> str:
    example = "five fields as cron has them, for example 0 8 * * 1 (Mondays at 8)"
    if len(value.split()) != CRON_FIELDS:
        raise ValueError(f"must be {example}")
    try:
        CronSim(value, ANY_DAY)
    except CronSimError as error:
        raise ValueError(f"{str(error).lower()}: must be {example}") from error
    return value


def _web_address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("must be where people reach it, for example https://latency.example.com")
    return value.rstrip("/")


def _unsubscribe(value: str) -> str:
    if urlsplit(value).scheme not in {"mailto", "https"} or not value.isprintable():
        raise ValueError("must begin with mailto: or https:")
    return value


def _without_secrets(table: object) -> object:
    """The table; refused before its values are looked at, so that no message repeats one."""
    for key in table if isinstance(table, Mapping) else ():
        if any(word in str(key).lower() for word in SECRETS):
            raise ValueError(f"has {key!r}: remove it and set {PASSWORD_VARIABLE}")
    return table


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


Mailbox = Annotated[str, AfterValidator(_mailbox)]


def masked(address: str) -> str:
    """``a…@example.com``: whose it is for those who know, of no use to those who do not."""
    name, _, host = address.rpartition("@")
    return f"{name[:1]}…@{host}"


def without(address: str, text: str) -> str:
    """The text with the address masked, however it is written there."""
    shown = masked(address)
    for written in (address, quote(address)):
        text = re.sub(re.escape(written), shown, text, flags=re.IGNORECASE)
    return text


TimeZone = Annotated[str, AfterValidator(_time_zone)]
Schedule = Annotated[str, AfterValidator(_schedule)]
WebAddress = Annotated[str, AfterValidator(_web_address)]
Text = Annotated[str, Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class Smtp:
    """The server that takes our mail; its password is in the environment and nowhere else."""

    __pydantic_config__ = ConfigDict(extra="forbid")
    host: Text
    sender: Mailbox
    port: Annotated[int, Field(ge=1, le=65_535)] | None = None
    """None is the usual one: 587 with STARTTLS, 465 with TLS, 25 without."""
    security: Literal["starttls", "tls", "none"] = "starttls"
    username: Text | None = None
    ca_file: Text | None = None
    """Certificates to trust instead of the system's."""
    timeout_s: PositiveFloat = 30.0
    """For each answer of the server."""
    unsubscribe: Annotated[str, AfterValidator(_unsubscribe)] | None = None
    """Where people go who want no more; None is a mail to the sender."""

    @property
    def port_used(self) -> int:
        """The port, also where none is given."""
        return self.port or PORTS[self.security]


@dataclass(frozen=True, slots=True)
class Currency:
    """In what a recipient reads money."""

    __pydantic_config__ = ConfigDict(extra="forbid")
    symbol: Annotated[str, Field(min_length=1, max_length=5)] = "$"
    per_usd: PositiveFloat = 1.0
    """How much of it a US dollar is."""


DOLLARS = Currency()


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who gets a digest of what, and when."""

    __pydantic_config__ = ConfigDict(extra="forbid")
    address: Mailbox
    use_cases: Annotated[tuple[Text, ...], BeforeValidator(_listed)] = ()
    """None of them is all."""
    currency: Currency = DOLLARS
    time_zone: TimeZone = "UTC"
    schedule: Schedule = "0 8 * * 1"
    """As cron has it, in the recipient's own time."""


MAIL_TABLES: Mapping[str, Any] = {"smtp": Smtp, "recipient": Recipient, "currency": Currency}
SmtpTable = Annotated[Smtp, BeforeValidator(_without_secrets)]


def contradictions(
    smtp: Smtp | None, recipients: Iterable[Recipient], use_cases: Iterable[str]
) -> list[str]:
    """What no entry is to blame for by itself."""
    problems = []
    if smtp and smtp.username and smtp.security == "none":
        problems.append(
            'smtp.security = "none": would send the password for all to read; '
            'set "starttls" or "tls", or remove smtp.username'
        )
    known = list(use_cases)
    for recipient in recipients:
        for name in recipient.use_cases:
            if name not in known:
                near = get_close_matches(name, known, n=1)
                remedy = f"did you mean {near[0]!r}?" if near else f"known: {known}"
                problems.append(
                    f"recipient[{recipient.address}].use_cases = {name!r}: "
                    f"no such use case; {remedy}"
                )
    return problems
