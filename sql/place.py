"""Where a lake is, what DuckDB needs to open it there, and what went wrong when it cannot.

LakeMovedError         the lake was taken elsewhere; the message says where
LakeUnreachableError   catalogue or data cannot be reached; the message says what to do
"""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from sql.dictionary import literal
from sql.settings import DEFAULT_LAKE, Settings, is_connection_string

POSTGRES = "ducklake:postgres:"
S3 = ("s3://", "s3a://", "s3n://")
ENDPOINT = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")
REGION = ("AWS_REGION", "AWS_DEFAULT_REGION")
KEYS = {
    "KEY_ID": "AWS_ACCESS_KEY_ID",
    "SECRET": "AWS_SECRET_ACCESS_KEY",
    "SESSION_TOKEN": "AWS_SESSION_TOKEN",
}
MOVED = "moved-to"
"""The file in a lake's folder that says where the lake is now."""
URL_STYLE = "LATENCYTAX_S3_URL_STYLE"
FORGOTTEN = (
    "RESET s3_access_key_id",
    "RESET s3_secret_access_key",
    "RESET s3_session_token",
)
"""httpfs copies the environment's keys into settings, which any query can read."""
REMEDIES = (
    (
        r"no password supplied|password authentication failed",
        "set PGUSER and PGPASSWORD, or write ~/.pgpass",
    ),
    (
        r'database "[^"]*" does not exist',
        "create it (createdb), or correct dbname in --lake",
    ),
    (
        r"Connection refused|could not translate host|timeout expired|No such file or directory",
        "start PostgreSQL, or correct PGHOST and PGPORT (or host and port in --lake)",
    ),
    (
        r"permission denied|must be owner",
        "grant this user the rights to create and write tables in the database",
    ),
    (
        r"NoSuchBucket|404 \(Not Found\)|HTTP 404",
        "create the bucket, or correct --data",
    ),
    (
        r"InvalidAccessKeyId|SignatureDoesNotMatch|403|Authentication Failure|AccessDenied",
        "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY to keys that may read and write there",
    ),
    (
        r"Could not establish connection|Could not connect|resolve host|HTTP HEAD|HTTP GET",
        "set AWS_ENDPOINT_URL to the store's address, or AWS_REGION to its region",
    ),
)


class LakeMovedError(Exception):
    """The lake was taken elsewhere."""


class LakeUnreachableError(ConnectionError):
    """Catalogue or data of a lake past one machine cannot be reached."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a lake is: the catalogue's DuckLake string and the folder or URL of its data files."""

    catalogue: str
    data: str
    folder: Path | None
    """None for a lake that is not in a folder."""
    home: Path
    """Where this machine keeps its journal and its lock."""

    @property
    def catalogue_file(self) -> Path | None:
        """The SQLite file of a lake in a folder."""
        return self.folder / "catalog.sqlite" if self.folder else None

    def refuse_moved(self) -> None:
        """Raises LakeMovedError when the lake was taken elsewhere and is only read here."""
        moved = self.home / MOVED
        if self.folder and moved.exists():
            raise LakeMovedError(f"the lake {self.folder} was moved: {moved.read_text()}")

    def say_moved(self, to: "Place") -> None:
        """From now on the lake in this folder is only read."""
        (self.home / MOVED).write_text(
            f"use LATENCYTAX_LAKE='{to.catalogue}' LATENCYTAX_DATA='{to.data}' "
            f"LATENCYTAX_HOME='{self.folder}' (its journal goes on from there)"
        )

    @property
    def is_shared(self) -> bool:
        """Whether several machines may write it at once: its catalogue is in PostgreSQL."""
        return self.catalogue.startswith(POSTGRES)

    @property
    def is_on_s3(self) -> bool:
        """Whether its data files are in an S3-compatible store."""
        return self.data.startswith(S3)

    @property
    def extensions(self) -> tuple[str, ...]:
        """What DuckDB must load to read it."""
        needed = {
            "sqlite_scanner": self.folder is not None,
            "postgres_scanner": self.is_shared,
            "httpfs": self.is_on_s3,
            "ducklake": True,
        }
        return tuple(name for name, is_needed in needed.items() if is_needed)


def place_of(settings: Settings) -> Place:
    """Where the lake of `settings` is."""
    if is_connection_string(settings.lake):
        home = Path(settings.home) if settings.home else Path.cwd() / DEFAULT_LAKE
        return Place(settings.lake, settings.data or "", None, home)
    folder = Path(settings.lake)
    return Place(
        f"ducklake:sqlite:{folder / 'catalog.sqlite'}", str(folder / "data"), folder, folder
    )


def keys_statements(place: Place, environ: Mapping[str, str] = os.environ) -> Iterator[str]:
    """SQL that gives a session the keys of the data's store; they come from the environment."""
    if not place.is_on_s3:
        return
    options = {name: environ[variable] for name, variable in KEYS.items() if environ.get(variable)}
    if region := _first(environ, REGION):
        options["REGION"] = region
    if endpoint := _first(environ, ENDPOINT):
        scheme, _, address = endpoint.rpartition("://")
        options["ENDPOINT"] = address.rstrip("/")
        options["URL_STYLE"] = environ.get(URL_STYLE) or "path"
        options["USE_SSL"] = "false" if scheme == "http" else "true"
    given = ", ".join(f"{name} {literal(value)}" for name, value in options.items())
    yield f"CREATE SECRET lake_data (TYPE s3{', ' if given else ''}{given})"
    yield from FORGOTTEN


def unreachable(place: Place, error: Exception) -> LakeUnreachableError:
    """What to do about an error of a catalogue or a store."""
    told = str(error).strip()
    where = place.data if re.search(r"HTTP|S3|s3://", told) else place.catalogue
    for pattern, remedy in REMEDIES:
        if re.search(pattern, told):
            return LakeUnreachableError(f"the lake {where} cannot be reached: {told}\n  {remedy}")
    return LakeUnreachableError(f"the lake {where} cannot be reached: {told}")


def _first(environ: Mapping[str, str], names: tuple[str, ...]) -> str | None:
    return next((environ[name] for name in names if environ.get(name)), None)
