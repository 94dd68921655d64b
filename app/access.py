"""Who may open the dashboard: what an OpenID Connect provider says of people, as a role."""

import os
import secrets
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Literal

import tomlkit

from sql.door_settings import (
    CLIENT_SECRET_VARIABLE,
    COOKIE_SECRET_VARIABLE,
    Login,
    is_loopback,
)
from sql.settings import Settings, SettingsError, host_and_port

Role = Literal["viewer", "sql"]


def role_of(login: Login, person: Mapping[str, Any]) -> Role | None:
    """What the person may do; None is nothing. `person` is what the provider has signed."""
    if _is_named(login.sql, login, person):
        return "sql"
    return "viewer" if _is_named(login.viewers, login, person) else None


def _is_named(names: Iterable[str], login: Login, person: Mapping[str, Any]) -> bool:
    """Names with an @ are globs of addresses, the others groups."""
    email = person.get("email")
    is_known = isinstance(email, str) and person.get("email_verified", True) is True
    address = str(email).lower() if is_known else ""
    told = person.get(login.groups_claim, ())
    groups = [told] if isinstance(told, str) else told if isinstance(told, list | tuple) else ()
    return any(
        fnmatchcase(address, name.lower()) if "@" in name else name in groups for name in names
    )


def check_reach(settings: Settings) -> None:
    """Raises SettingsError where the dashboard would stand open to a network."""
    address = settings.dashboard_address
    if settings.login is None and not is_loopback(host_and_port(address)[0]):
        raise SettingsError(
            [
                f"dashboard_address = {address!r}: other machines reach it, and anybody there could"
                " read all of it: set [login], or an address on 127.0.0.1"
            ]
        )
    if settings.login and not os.environ.get(CLIENT_SECRET_VARIABLE):
        raise SettingsError(
            [f"[login] needs the secret that the provider gave: set {CLIENT_SECRET_VARIABLE}"]
        )


@contextmanager
def secrets_file(settings: Settings, url: str) -> Iterator[Path | None]:
    """What Streamlit signs people in with, for its process alone, as long as that runs.

    Without LATENCYTAX_COOKIE_SECRET everybody signs in again after a restart.
    """
    if settings.login is None:
        yield None
        return
    auth = {
        "redirect_uri": f"{settings.dashboard_url or url}/oauth2callback",
        "cookie_secret": os.environ.get(COOKIE_SECRET_VARIABLE) or secrets.token_urlsafe(32),
        "client_id": settings.login.client_id,
        "client_secret": os.environ[CLIENT_SECRET_VARIABLE],
        "server_metadata_url": settings.login.metadata_url,
    }
    with tempfile.TemporaryDirectory(prefix="latencytax-") as folder:  # 0700
        path = Path(folder) / "secrets.toml"
        path.write_text(tomlkit.dumps({"auth": auth}), encoding="utf-8")
        path.chmod(0o600)
        yield path
