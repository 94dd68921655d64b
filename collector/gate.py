"""Who is let through the doors, and how fast: asked by both, for each request, before its body.

As soon as a file of tokens is there, every sender needs one, on loopback too; taking the file away
from a running collector opens nothing.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from math import ceil
from pathlib import Path
from threading import Lock
from time import monotonic

from collector.errors import TooFastError, UnknownSenderError, WrongScopeError
from collector.reread import Reread
from collector.tls import Certificates, certificates_of
from collector.tokens import Scope, Token, found, read
from sql.door_settings import Tls, is_loopback
from sql.place import place_of
from sql.settings import Limits, Settings, SettingsError, host_and_port

BEARER = "bearer"
BURST_S = 10.0
LOOK_EVERY_S = 0.2
"""For tokens that have come or gone."""
REMEDY = (
    "send the header `authorization: Bearer TOKEN` (OTEL_EXPORTER_OTLP_HEADERS="
    "'authorization=Bearer%20TOKEN') with a token from `latencytax token create`."
)


class Gate:
    """The tokens as they are now, and what each may still send."""

    def __init__(
        self,
        tokens_file: Path | None = None,
        *,
        limits: Limits | None = None,
        tls: Tls | None = None,
        cors_origins: tuple[str, ...] = (),
    ) -> None:
        """Without a file nobody needs a token. Raises UnreadableFileError."""
        self.limits = limits or Limits()
        self.cors_origins = cors_origins
        self.tls = tls
        self.certificates: Reread[Certificates] | None = certificates_of(tls) if tls else None
        self._tokens: Reread[list[Token] | None] | None = None
        if tokens_file:
            self._tokens = Reread(
                (tokens_file,), lambda: _read(tokens_file), look_every_s=LOOK_EVERY_S
            )
        self._was_guarded = False
        self._paid_until: dict[str, float] = {}
        self._lock = Lock()

    @property
    def is_guarded(self) -> bool:
        """Whether a token is needed."""
        return self._known() is not None

    def _known(self) -> list[Token] | None:
        """All tokens, expired ones too; None where there never was a file of them."""
        tokens = self._tokens.newest() if self._tokens else None
        if tokens is not None:
            self._was_guarded = True
        return [] if tokens is None and self._was_guarded else tokens

    def admit(self, authorization: str | None, scope: Scope) -> Token | None:
        """Whose request it is; None where nobody needs to say. Raises RefusedError."""
        known = self._known()
        if known is None:
            return None
        kind, _, secret = (authorization or "").partition(" ")
        if kind.lower() != BEARER or not secret:
            raise UnknownSenderError(f"This door needs a token: {REMEDY}", reason="no_token")
        token = found(known, secret.strip())
        if token is None:
            raise UnknownSenderError(
                f"The token is not known here, or was revoked: {REMEDY}", reason="unknown_token"
            )
        if token.is_over(datetime.now(UTC)):
            raise UnknownSenderError(
                f"The token {token.name!r} has expired: {REMEDY}", reason="expired_token"
            )
        if token.scope != scope:
            raise WrongScopeError(
                f"The token {token.name!r} has the scope {token.scope}, {scope} is needed: make one"
                f" with `latencytax token create NAME --scope {scope}`.",
                reason="wrong_scope",
            )
        return token

    def spend(self, token: Token | None, size_bytes: int) -> None:
        """Takes a request off what its token may send. Raises TooFastError.

        A token may be ahead of its rate by ten seconds; what comes later pays for it.
        """
        rate = self.limits.token_bytes_per_s
        if token is None or rate is None:
            return
        now = monotonic()
        with self._lock:
            paid_until = max(now, self._paid_until.get(token.sha256, now))
            ahead_s = paid_until - now - BURST_S
            if ahead_s <= 0:
                self._paid_until[token.sha256] = paid_until + size_bytes / rate
                return
        raise TooFastError(
            f"The token {token.name!r} may send {rate} bytes a second and sends more: send less,"
            " or raise limits.token_bytes_per_s of the collector.",
            reason="too_fast",
            retry_after_s=ceil(ahead_s),
        )


def gate_of(settings: Settings) -> Gate:
    """The gate of a collector. Raises SettingsError where it would stand open to a network."""
    gate = Gate(
        tokens_file(settings),
        limits=settings.limits,
        tls=settings.tls,
        cors_origins=settings.doors.cors_origins,
    )
    addresses = {"grpc_address": settings.grpc_address, "http_address": settings.http_address}
    problems = [
        f"{key} = {address!r}: other machines reach it, and {problem}"
        for key, address in addresses.items()
        if not is_loopback(host_and_port(address)[0])
        for problem in _openings(settings, gate)
    ]
    if problems:
        raise SettingsError(problems)
    return gate


def tokens_file(settings: Settings) -> Path:
    """Where the hashed tokens are."""
    if settings.doors.tokens:
        return Path(settings.doors.tokens)
    return place_of(settings).home / "tokens.toml"


def _read(file: Path) -> list[Token] | None:
    return read(file) if file.exists() else None


def _openings(settings: Settings, gate: Gate) -> Iterable[str]:
    knows_senders = gate.is_guarded or (settings.tls and settings.tls.client_ca)
    if not knows_senders:
        yield (
            "anybody there could send: make a token (latencytax token create NAME --scope ingest),"
            " or ask senders for certificates (tls.client_ca)"
        )
    if not (settings.tls or settings.doors.behind_tls_proxy):
        yield (
            "everybody on the way could read: set [tls] certificate and key, or, where a proxy in"
            " front encrypts, doors.behind_tls_proxy = true"
        )
