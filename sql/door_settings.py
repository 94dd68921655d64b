"""What ``latencytax.toml`` says about who may come in: TLS, the doors, the dashboard's login."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, Strict, model_validator

from sql.mail_settings import WebAddress

CLIENT_SECRET_VARIABLE = "LATENCYTAX_OIDC_CLIENT_SECRET"  # noqa: S105 - its name
COOKIE_SECRET_VARIABLE = "LATENCYTAX_COOKIE_SECRET"  # noqa: S105 - its name
TOKEN_VARIABLE = "LATENCYTAX_TOKEN"  # noqa: S105 - its name
CONFIG = ConfigDict(extra="forbid")


def _origin(value: str) -> str:
    parts = urlsplit(value)
    is_origin = parts.scheme in {"http", "https"} and parts.hostname and not parts.path
    if not is_origin or parts.query or parts.fragment or parts.username:
        raise ValueError("must be an origin as browsers send it, for example https://example.com")
    return value


def _path(value: str) -> str:
    if not value.strip() or not value.isprintable():
        raise ValueError("must be the path of a file")
    return value


def _without_secrets(table: object) -> object:
    """The table; refused before its values are looked at, so that no message repeats one."""
    for key in table if isinstance(table, Mapping) else ():
        if "secret" in str(key).lower():
            cookie = "cookie" in str(key).lower()
            variable = COOKIE_SECRET_VARIABLE if cookie else CLIENT_SECRET_VARIABLE
            raise ValueError(f"has {key!r}: remove it and set {variable}")
    return table


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


Origin = Annotated[str, AfterValidator(_origin)]
FilePath = Annotated[str, AfterValidator(_path)]
Text = Annotated[str, Field(min_length=1)]
Texts = Annotated[tuple[Text, ...], BeforeValidator(_listed)]


@dataclass(frozen=True, slots=True)
class Tls:
    """The files by which both doors prove who they are, in PEM; read anew when they change."""

    __pydantic_config__ = CONFIG
    certificate: FilePath
    """With the certificates that lead to the authority behind it."""
    key: FilePath
    client_ca: FilePath | None = None
    """Who signs the certificates of senders; None asks them for none."""

    def beside(self, folder: Path) -> "Tls":
        """The same, with relative paths from that folder."""
        return replace(
            self,
            certificate=_located(self.certificate, folder),
            key=_located(self.key, folder),
            client_ca=self.client_ca and _located(self.client_ca, folder),
        )


@dataclass(frozen=True, slots=True)
class Doors:
    """How the doors are kept, besides TLS."""

    __pydantic_config__ = CONFIG
    tokens: FilePath | None = None
    """Where the hashed tokens are; None is ``tokens.toml`` beside the lake."""
    cors_origins: Annotated[tuple[Origin, ...], BeforeValidator(_listed)] = ()
    """Pages of these may send from the browser."""
    behind_tls_proxy: Annotated[bool, Strict()] = False
    """Whether something in front encrypts, so that a public address may do without `[tls]`."""

    def beside(self, folder: Path) -> "Doors":
        """The same, with relative paths from that folder."""
        return replace(self, tokens=self.tokens and _located(self.tokens, folder))


@dataclass(frozen=True, slots=True)
class Login:
    """Who may open the dashboard, by what an OpenID Connect provider says of them."""

    __pydantic_config__ = CONFIG
    metadata_url: WebAddress
    """Ends in ``/.well-known/openid-configuration``."""
    client_id: Text
    viewers: Texts = ()
    """Globs of e-mail addresses, or names of groups: who sees every page but SQL."""
    sql: Texts = ()
    """The same: who may also ask in SQL."""
    groups_claim: Text = "groups"
    """Under which name the provider tells groups."""

    @model_validator(mode="after")
    def _lets_somebody_in(self) -> Self:
        if not (self.viewers or self.sql):
            raise ValueError(
                'lets nobody in; name people or groups, for example viewers = ["*@example.com"]'
            )
        return self


DOOR_TABLES: Mapping[str, Any] = {"tls": Tls, "doors": Doors, "login": Login}
LoginTable = Annotated[Login, BeforeValidator(_without_secrets)]


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches it."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _located(path: str, folder: Path) -> str:
    return str((folder / Path(path).expanduser()).resolve())
