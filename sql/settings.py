"""Settings: one TOML file, the environment and the command line, read here and nowhere else.

An option of the command line wins over the environment, the environment over the file, and the
file over the defaults below. Every problem is reported at once, as a ``SettingsError``.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from sql.alert_settings import Alerts
from sql.door_settings import Doors, Login, Tls
from sql.mail_settings import Recipient, Smtp, contradictions
from sql.matchers import Clash
from sql.retention_settings import KindLimits, Retention
from sql.settings_file import SettingsError, check, doubtful, read_toml
from sql.settings_shape import (
    Benchmark,
    Document,
    Limits,
    LogFormat,
    LogLevel,
    Objective,
    Price,
    Redaction,
    ReservedCapacity,
    Tier,
    UseCase,
)

__all__ = [
    "Alerts",
    "Benchmark",
    "Doors",
    "KindLimits",
    "Limits",
    "Login",
    "Objective",
    "Price",
    "Recipient",
    "Redaction",
    "ReservedCapacity",
    "Retention",
    "Settings",
    "SettingsError",
    "Smtp",
    "Tier",
    "Tls",
    "UseCase",
    "host_and_port",
    "is_connection_string",
    "load_settings",
]

Entry = TypeVar("Entry", bound=UseCase | Tier | Benchmark)

DEFAULT_CONFIG = Path("latencytax.toml")
DEFAULT_LAKE = "latencytax-data"
DEFAULT_LIMITS = Limits()
DEFAULT_REDACTION = Redaction()
DEFAULT_RETENTION = Retention()
DEFAULT_DOORS = Doors()
CONFIG_VARIABLE = "LATENCYTAX_CONFIG"
VARIABLES = {
    "lake": "LATENCYTAX_LAKE",
    "data": "LATENCYTAX_DATA",
    "home": "LATENCYTAX_HOME",
    "grpc_address": "LATENCYTAX_GRPC_ADDRESS",
    "http_address": "LATENCYTAX_HTTP_ADDRESS",
    "dashboard_address": "LATENCYTAX_DASHBOARD_ADDRESS",
    "log_format": "LATENCYTAX_LOG_FORMAT",
    "log_level": "LATENCYTAX_LOG_LEVEL",
}
SHIPPED = Path(__file__).parent
PASSWORD = re.compile(r"password\s*=|://[^/@]*:[^/@]*@", re.IGNORECASE)
"""In a connection string."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the collector, the models and the dashboard are told, checked and complete."""

    lake: str
    """A folder (absolute), or a DuckLake connection string: ``ducklake:postgres:…``."""
    data: str | None = None
    """Where a connection-string lake keeps its files: an absolute folder or a URL."""
    home: str | None = None
    """Where this machine keeps its journal when the lake is not in a folder (absolute)."""
    grpc_address: str = "127.0.0.1:4317"
    http_address: str = "127.0.0.1:4318"
    dashboard_address: str = "127.0.0.1:8501"
    log_format: LogFormat = "text"
    log_level: LogLevel = "warning"
    keep_content: bool = False
    limits: Limits = DEFAULT_LIMITS
    redaction: Redaction = DEFAULT_REDACTION
    retention: Retention = DEFAULT_RETENTION
    use_cases: tuple[UseCase, ...] = ()
    """A site's own first, then the shipped ones that it does not replace: the first match wins."""
    tiers: tuple[Tier, ...] = ()
    prices: tuple[Price, ...] = ()
    """A site's own; list prices hold for all other models."""
    reserved_capacity: tuple[ReservedCapacity, ...] = ()
    benchmarks: tuple[Benchmark, ...] = ()
    overlaps: tuple[Clash, ...] = ()
    """What a site's own use cases and tiers may take from each other; the first one gets it."""
    dashboard_url: str | None = None
    """Where the readers of a digest reach the dashboard; None leaves its links out."""
    smtp: Smtp | None = None
    recipients: tuple[Recipient, ...] = ()
    alerts: Alerts | None = None
    tls: Tls | None = None
    """None is none: for loopback, or behind a proxy that encrypts."""
    doors: Doors = DEFAULT_DOORS
    login: Login | None = None
    """None lets everybody in who reaches the dashboard, which then is on loopback."""
    config: Path | None = None
    """The file that was read; None when there is none."""

    def environment(self) -> dict[str, str]:
        """The variables with which a child process arrives at these same settings."""
        values = {name: getattr(self, key) or "" for key, name in VARIABLES.items()}
        return values | {CONFIG_VARIABLE: str(self.config or "")}


def load_settings(
    config: Path | None,
    *,
    lake: str | None = None,
    data: str | None = None,
    environ: Mapping[str, str] = os.environ,
) -> Settings:
    """Settings from the options given, the environment and the file; ``SettingsError`` if wrong."""
    file = _config_file(config, environ)
    raw = read_toml(file) if file else {}
    origins = dict.fromkeys(raw, str(file))
    overrides = [(name, key, environ.get(name)) for key, name in VARIABLES.items()]
    for origin, key, value in [*overrides, ("--lake", "lake", lake), ("--data", "data", data)]:
        if value:
            raw[key], origins[key] = value, origin
    document = check(raw, origins)
    folders = {
        key: file.parent if file and origins.get(key) == str(file) else Path.cwd()
        for key in ("lake", "data", "home")
    }
    return _settings(document, folders, file, origins)


def host_and_port(address: str) -> tuple[str, int]:
    """``("127.0.0.1", 4317)`` of ``127.0.0.1:4317``; an IPv6 host loses its brackets."""
    host, _, port = address.rpartition(":")
    return host.strip("[]"), int(port)


def is_connection_string(lake: str) -> bool:
    """True when the lake is a DuckLake connection string, false when it is a folder."""
    return lake.startswith("ducklake:")


def _config_file(config: Path | None, environ: Mapping[str, str]) -> Path | None:
    if config is not None:
        return config
    if environ.get(CONFIG_VARIABLE):
        return Path(environ[CONFIG_VARIABLE])
    return DEFAULT_CONFIG if DEFAULT_CONFIG.exists() else None


def _settings(
    document: Document,
    folders: Mapping[str, Path],
    config: Path | None,
    origins: Mapping[str, str],
) -> Settings:
    """The document over the defaults; ``folders`` are where relative paths start."""
    lake = _located(document.lake or DEFAULT_LAKE, folders["lake"])
    data = _located(document.data, folders["data"]) if document.data else None
    if is_connection_string(lake) and data is None:
        raise SettingsError(
            [
                f"{origins['lake']}: lake: a connection string needs `data` too: "
                "the folder or URL of its files"
            ]
        )
    if is_connection_string(lake) and PASSWORD.search(lake):
        raise SettingsError(
            [
                f"{origins['lake']}: lake: has a password in it, which logs and errors would show: "
                "leave it out and set PGPASSWORD, or write ~/.pgpass"
            ]
        )
    plain = (
        *("grpc_address", "http_address", "dashboard_address"),
        *(
            "log_format",
            "log_level",
            "keep_content",
            "limits",
            "redaction",
            "retention",
            "dashboard_url",
            "smtp",
            "alerts",
            "login",
        ),
    )
    given = {key: getattr(document, key) for key in plain}
    beside = config.parent if config else Path.cwd()
    use_cases = _overlaid(document.use_case, _shipped("use_cases.toml").use_case)
    names = [use_case.name for use_case in use_cases]
    if problems := contradictions(document.smtp, document.recipient, names):
        raise SettingsError([f"{config}: {problem}" for problem in problems])
    return Settings(
        lake=lake,
        data=data if is_connection_string(lake) else None,
        home=_located(document.home, folders["home"]) if document.home else None,
        use_cases=use_cases,
        recipients=document.recipient,
        prices=document.price,
        reserved_capacity=document.reserved_capacity,
        tiers=_overlaid(document.tier, _shipped("model_tiers.toml").tier),
        benchmarks=_overlaid(document.benchmark, _shipped("benchmarks.toml").benchmark),
        overlaps=doubtful(document),
        tls=document.tls and document.tls.beside(beside),
        doors=(document.doors or DEFAULT_DOORS).beside(beside),
        config=config,
        **{key: value for key, value in given.items() if value is not None},
    )


def _located(value: str, folder: Path) -> str:
    if is_connection_string(value) or "://" in value:
        return value
    return str((folder / Path(value).expanduser()).resolve())


def _overlaid(own: tuple[Entry, ...], shipped: tuple[Entry, ...]) -> tuple[Entry, ...]:
    replaced = {entry.name for entry in own}
    return (*own, *(entry for entry in shipped if entry.name not in replaced))


def _shipped(name: str) -> Document:
    raw = read_toml(SHIPPED / name)
    return check(raw, dict.fromkeys(raw, name))
