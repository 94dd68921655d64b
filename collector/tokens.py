"""Who may come through the doors: a file of hashed bearer tokens, read anew when it changes.

The file is configuration, beside the lake unless `[doors] tokens` names it: mode 0600, replaced
as a whole. Several collectors share it, or each gets a copy (a mounted secret). A token is 256
random bits, so one round of SHA-256 hides it as well as a slow hash would.

TokenFileError    permanent: the file cannot be used; says why, and what to do
"""

import fcntl
import hmac
import json
import os
import secrets
import tomllib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

from collector.reread import UnreadableFileError

PREFIX = "latencytax_"
"""Followed by 43 letters, digits, `-` or `_`: what a scanner of secrets looks for."""
TOKEN_BYTES = 32
HASH_LENGTH = 64
OWNER_ONLY = 0o600

Scope = Literal["ingest", "read"]


class TokenFileError(UnreadableFileError):
    """The tokens cannot be used as they are."""


@dataclass(frozen=True, slots=True)
class Token:
    """What is known of a token, which is everything but the token."""

    name: str
    scope: Scope
    sha256: str
    created_at: datetime
    expires_at: datetime | None = None
    """None is never."""

    def is_over(self, now: datetime) -> bool:
        """Whether it has expired."""
        return self.expires_at is not None and self.expires_at <= now


def hash_of(secret: str) -> str:
    """What is kept of a token, in hex."""
    return sha256(secret.encode()).hexdigest()


def found(tokens: Iterable[Token], secret: str) -> Token | None:
    """Whose token it is; takes as long whichever it is, and if it is none."""
    wanted, owner = hash_of(secret), None
    for token in tokens:
        if hmac.compare_digest(token.sha256, wanted):
            owner = token
    return owner


def create(path: Path, name: str, scope: Scope, expires_at: datetime | None) -> str:
    """A new token, which is nowhere else; raises TokenFileError when the name is taken."""
    secret = PREFIX + secrets.token_urlsafe(TOKEN_BYTES)
    token = Token(name, scope, hash_of(secret), datetime.now(UTC), expires_at)
    with _only_writer(path):
        tokens = read(path)
        if any(each.name == name for each in tokens):
            raise TokenFileError(
                f"there is a token {name!r} already: choose another name, or first"
                f" `latencytax token revoke {name}`"
            )
        _write(path, [*tokens, token])
    return secret


def revoke(path: Path, name: str) -> None:
    """Takes a token away; an empty file stays, so that doors do not open with the last token."""
    with _only_writer(path):
        tokens = read(path)
        left = [token for token in tokens if token.name != name]
        if len(left) == len(tokens):
            known = ", ".join(token.name for token in tokens) or "none"
            raise TokenFileError(f"there is no token {name!r}; there are: {known}")
        _write(path, left)


def read(path: Path) -> list[Token]:
    """The tokens; none when there is no file. Raises TokenFileError when it cannot be used."""
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8")).get("token", [])
        return [_token(entry) for entry in entries]
    except FileNotFoundError:
        return []
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise TokenFileError(
            f"{path}: is no list of tokens ({type(error).__name__}): restore it, or remove it and"
            " make new ones with `latencytax token create`"
        ) from error


def _token(entry: dict[str, Any]) -> Token:
    token = Token(**entry)
    times = [token.created_at, *([token.expires_at] if token.expires_at else [])]
    is_sound = (
        token.scope in {"ingest", "read"}
        and len(token.sha256) == HASH_LENGTH
        and token.sha256.isascii()
        and all(time.tzinfo for time in times)
    )
    if not is_sound:
        raise ValueError(token.name)
    return token


def _write(path: Path, tokens: Iterable[Token]) -> None:
    """Replaces the file in one step: a reader sees the old one or the new one."""
    fresh = path.with_name(f".{path.name}.new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, OWNER_ONLY)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write("# Written by `latencytax token`; holds hashes, not tokens.\n")
        file.writelines(map(_entry, tokens))
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def _entry(token: Token) -> str:
    lines = [
        "\n[[token]]",
        f"name = {json.dumps(token.name)}",
        f"scope = {json.dumps(token.scope)}",
        f"sha256 = {json.dumps(token.sha256)}",
        f"created_at = {token.created_at.isoformat(timespec='seconds')}",
    ]
    if token.expires_at:
        lines.append(f"expires_at = {token.expires_at.isoformat(timespec='seconds')}")
    return "\n".join([*lines, ""])


@contextmanager
def _only_writer(path: Path) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = os.open(path.with_name(f".{path.name}.lock"), os.O_RDWR | os.O_CREAT, OWNER_ONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)
